/**
 * Real servers inside this machine, for the demo, the tests and the benchmarks.
 *
 * <p>Guarantees: they listen on the loopback interface only; Postgres and Kafka keep their data in the directory that the
 * caller names, and come back with that data, on the same port, after {@code stop} and {@code restart}; SQS keeps its
 * queues in memory, and the schema registry, a stand-in, its schemas. Postgres runs with {@code fsync}
 * and {@code synchronous_commit} on, so what it says is committed is durable.
 *
 * <p>Does not: delete directories, replicate, encrypt, or check passwords; S3 alone wants its key. Nothing in production may depend on it.
 */
@NullMarked
package dev.headgate.devservices;

import org.jspecify.annotations.NullMarked;
