"""How queues, topics and subscriptions are set up: what may be typed, its limits, and the attributes it stands for.

The limits are those of the SQS and SNS API references: CreateQueue, SetQueueAttributes, CreateTopic,
SetTopicAttributes, Subscribe and SetSubscriptionAttributes.
"""
