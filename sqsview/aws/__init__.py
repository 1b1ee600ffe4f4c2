"""The adapter to AWS: the only place that imports botocore or aiobotocore."""
