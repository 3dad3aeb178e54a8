package dev.headgate.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** One run of the command line in this JVM, and all that it said. */
public record CommandLineRun(int exitCode, String out, String err) {

    public static CommandLineRun of(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.run(new PrintWriter(out), new PrintWriter(err), arguments);
        return new CommandLineRun(exitCode, out.toString(), err.toString());
    }
}
