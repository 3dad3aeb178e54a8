package dev.headgate.app;

/** Which policy Jolokia reads when it starts. */
final class Jolokia {

    /** Jolokia's own; what a person sets stays. Without it Jolokia takes {@code jolokia-access.xml}, which only looks. */
    private static final String POLICY = "jolokia.policyLocation";

    private static final String WRITING = "classpath:/dev/headgate/app/jolokia-write.xml";

    private Jolokia() {}

    /** Camel makes Jolokia without a way to configure it, but for the properties of the process. */
    static void allowWrites(boolean allowed) {
        String current = System.getProperty(POLICY);
        if (allowed && current == null) {
            System.setProperty(POLICY, WRITING);
        } else if (!allowed && WRITING.equals(current)) {
            System.clearProperty(POLICY);
        }
    }
}
