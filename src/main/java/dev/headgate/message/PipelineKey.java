package dev.headgate.message;

import org.jspecify.annotations.Nullable;

/**
 * A key within one pipeline, of idempotency or of order.
 *
 * @param pipeline the id of the route that consumes the source
 * @param key null for messages without one
 */
public record PipelineKey(String pipeline, @Nullable String key) {}
