package dev.headgate.cli.command;

import java.util.concurrent.Callable;

/**
 * A command that a jar adds to the command line by naming it in {@code META-INF/services/dev.headgate.cli.command.Command}.
 *
 * <p>The class carries picocli's {@code @Command} with its name. Its result is the exit code. What it throws becomes
 * one line on standard error, as for the built-in commands. It need not declare {@code --help} and {@code --debug}.
 */
public interface Command extends Callable<Integer> {}
