"""The one door to Redis: quick commands over lanes of our own, slow things over redis-py."""
