package dev.headgate.manage.status;

import java.time.Instant;
import java.util.Set;

/** A batch that cannot write, the pipelines that pause for it, why in one line, and since when. */
public record Held(String batch, Set<String> pipelines, String why, Instant since) {}
