"""Reads every queue with one boto3 client, one call after the other: what a script does."""

import sys

import boto3


def main(url: str) -> None:
    """List all queues and read the attributes of each."""
    sqs = boto3.client("sqs", endpoint_url=url)
    for page in sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 1000}):
        for queue in page["QueueUrls"]:
            sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])


if __name__ == "__main__":
    main(sys.argv[1])
