/** Headgate: messages from Kafka or SQS into Postgres or S3, each taking effect exactly once. */
@NullMarked
package dev.headgate;

import org.jspecify.annotations.NullMarked;
