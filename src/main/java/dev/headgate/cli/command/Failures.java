package dev.headgate.cli.command;

import dev.headgate.HeadgateException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The one place where a failure becomes a line on standard error and an exit code. */
public final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {

    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;

    @Override
    public int handleParseException(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        say(command.getErr(), usage(e) + "; see `" + command.getCommandSpec().qualifiedName() + " --help`.");
        return WRONG_USAGE;
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
        if (e instanceof ParameterException wrongUsage) {
            return handleParseException(wrongUsage, new String[0]);
        }
        boolean debug = isDebug(command);
        say(
                command.getErr(),
                sentence(e) + (debug || e instanceof HeadgateException ? "" : " [--debug shows the stack trace]"));
        if (debug) {
            e.printStackTrace(command.getErr());
        }
        return FAILED;
    }

    /** Whether {@code --debug} was given, before the command or after it. */
    private static boolean isDebug(CommandLine command) {
        for (CommandLine level = command; level != null; level = level.getParent()) {
            if (Boolean.TRUE.equals(level.getCommandSpec().findOption("--debug").getValue())) {
                return true;
            }
        }
        return false;
    }

    /** One line: Headgate's own words if it failed itself, else Camel's, else those of the innermost cause. */
    static String sentence(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof HeadgateException) {
                return message(e);
            }
        }
        return CamelFailures.sentence(failure).orElseGet(() -> innermost(failure));
    }

    /** What the innermost cause says, or its class if it says nothing. */
    public static String innermost(Throwable e) {
        Throwable innermost = e;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        String name = innermost.getClass().getSimpleName();
        String message = message(innermost);
        return message.contains(" ") || message.equals(name) ? message : name + ": " + message;
    }

    static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    private static String message(Throwable e) {
        String message = e.getMessage();
        return message == null || message.isBlank() ? e.getClass().getSimpleName() : oneLine(message);
    }

    private static String usage(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            String words = String.join(" ", unmatched.getUnmatched());
            boolean command = !e.getCommandLine().getSubcommands().isEmpty();
            return (command ? "Unknown command '" : "Unexpected argument '") + words + "'" + suggestion(unmatched);
        }
        String message = message(e);
        return e instanceof UnmatchedArgumentException unmatched ? message + suggestion(unmatched) : message;
    }

    private static String suggestion(UnmatchedArgumentException e) {
        return e.getSuggestions().isEmpty()
                ? ""
                : ", did you mean '" + e.getSuggestions().get(0) + "'?";
    }

    private static void say(PrintWriter err, String sentence) {
        err.println("headgate: " + sentence);
        err.flush();
    }
}
