"""A terminal dashboard for Amazon SQS and SNS that does no harm, tells the truth and is instant."""

__version__ = "0.1.0"
