package dev.headgate.manage;

/** Which policy JolokiaPolicy reads when it starts. */
public final class JolokiaPolicy {

    /** JolokiaPolicy's own; what a person sets stays. Without it JolokiaPolicy takes {@code jolokia-access.xml}, which only looks. */
    private static final String POLICY = "jolokia.policyLocation";

    private static final String WRITING = "classpath:/dev/headgate/manage/jolokia-write.xml";

    private JolokiaPolicy() {}

    /** Camel makes JolokiaPolicy without a way to configure it, but for the properties of the process. */
    public static void allowWrites(boolean allowed) {
        String current = System.getProperty(POLICY);
        if (allowed && current == null) {
            System.setProperty(POLICY, WRITING);
        } else if (!allowed && WRITING.equals(current)) {
            System.clearProperty(POLICY);
        }
    }
}
