package dev.headgate.deadletter;

import java.time.Instant;

/** How many dead letters of a pipeline have one reason, and when the first and the last of them were refused. */
public record ReasonCount(String pipeline, String reason, long count, Instant oldest, Instant newest) {}
