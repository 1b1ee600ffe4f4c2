"""Facts and rules of SQS and SNS: no input or output, no event loop, no AWS library, no Textual."""
