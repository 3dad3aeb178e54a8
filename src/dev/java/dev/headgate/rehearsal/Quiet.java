package dev.headgate.rehearsal;

/** What the routes and the servers log is not what a rehearsal says, unless somebody asks for it. */
public final class Quiet {

    private static final String LEVEL = "headgate.log.level";

    private Quiet() {}

    /** Has an effect before the first line is logged. */
    public static void log() {
        if (System.getProperty(LEVEL) == null) {
            System.setProperty(LEVEL, "ERROR");
        }
    }
}
