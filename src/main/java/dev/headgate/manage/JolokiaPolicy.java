package dev.headgate.manage;

/** Chooses the policy that Jolokia reads when it starts. */
public final class JolokiaPolicy {

    /** Jolokia's own; what a person sets stays. Without it Jolokia takes {@code jolokia-access.xml}, which only looks. */
    private static final String POLICY = "jolokia.policyLocation";

    private static final String WRITING = "classpath:/dev/headgate/manage/jolokia-write.xml";

    private JolokiaPolicy() {}

    /** Sets a property of the process: Camel makes Jolokia, and lets nobody else configure it. */
    public static void allowWrites(boolean allowed) {
        String current = System.getProperty(POLICY);
        if (allowed && current == null) {
            System.setProperty(POLICY, WRITING);
        } else if (!allowed && WRITING.equals(current)) {
            System.clearProperty(POLICY);
        }
    }
}
