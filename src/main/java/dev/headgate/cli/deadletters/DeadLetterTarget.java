package dev.headgate.cli.deadletters;

import dev.headgate.HeadgateException;
import dev.headgate.deadletter.DeadLetter;
import dev.headgate.deadletter.DeadLetterTable;
import dev.headgate.deadletter.Selection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which dead letters a command works on: named by id, chosen by a filter, or all; a picocli mixin. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class DeadLetterTarget {

    @Mixin
    private DeadLetterFilter filter;

    @Option(names = "--all", description = "All of them; needed if neither ids nor a filter are given.")
    private boolean all;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /** Refuses to guess. */
    Selection selection(List<Long> ids) {
        int ways = (ids.isEmpty() ? 0 : 1) + (filter.isEmpty() ? 0 : 1) + (all ? 1 : 0);
        if (ways == 0) {
            throw new ParameterException(command.commandLine(), "Name ids, a filter, or --all");
        }
        if (ways > 1) {
            throw new ParameterException(command.commandLine(), "Name ids, a filter, or --all, and only one of these");
        }
        return filter.selection(ids);
    }

    /**
     * Selects as {@link #selection} does, dead letters that nobody has decided about only.
     *
     * @param done what becomes of them, for the complaint
     * @throws HeadgateException if one of the ids is missing or not dead
     */
    Selection dead(DeadLetterTable table, List<Long> ids, String done) {
        Selection selection = selection(ids);
        if (!ids.isEmpty()) {
            Map<Long, DeadLetter> found = table.find(selection, ids.size()).stream()
                    .collect(Collectors.toMap(DeadLetter::id, Function.identity()));
            for (Long id : ids) {
                requireDead(id, found.get(id), done);
            }
        }
        return selection.in(DeadLetter.State.DEAD);
    }

    private static void requireDead(Long id, @Nullable DeadLetter letter, String done) {
        if (letter == null) {
            throw new HeadgateException("There is no dead letter " + id + "; nothing was " + done + ".");
        }
        if (letter.state() != DeadLetter.State.DEAD) {
            throw new HeadgateException("Dead letter " + id + " is " + DeadLetterText.state(letter)
                    + "; only dead ones can be " + done + ", and nothing was.");
        }
        if (letter.held() && done.equals("replayed")) {
            throw new HeadgateException("Dead letter " + id + " is held behind an earlier one of its key: replay that"
                    + " one, and it follows. Nothing was replayed.");
        }
    }
}
