package dev.headgate.failure;

import org.apache.camel.CamelContext;

/**
 * Says in one line why something fails at present, so that an operator can act on it. May ask a server, for seconds, on the
 * calling thread. Thread-safe.
 */
@FunctionalInterface
public interface Diagnosis {

    /** What failed, where, and as far as can be found out, why. */
    String of(Throwable failure);

    /** The one that is bound in the registry; else what the failure itself says. */
    static Diagnosis in(CamelContext context) {
        Diagnosis bound = context.getRegistry().findSingleByType(Diagnosis.class);
        return bound == null ? Failure::summary : bound;
    }
}
