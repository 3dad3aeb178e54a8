package dev.headgate.batch;

import dev.headgate.failure.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.component.sql.SqlEndpoint;
import org.apache.camel.support.ResourceHelper;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Finds the line of SQL that Postgres complains about, among the files of {@code sql:} steps. Neither Camel nor the driver
 * says which statement has failed: it is the one that has at the position what the message quotes. Reads the files, so it is
 * for those who tell an operator. Thread-safe.
 */
final class SqlSteps {

    private static final int SHORT = 80;
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]+)\"");
    private static final Pattern PARAMETER = Pattern.compile(":[#?](?:in:)?(\\w+|[$]\\{[^}]+\\}|[$]simple\\{[^}]+\\})");

    private static final Pattern NUMBERED = Pattern.compile("\\$[0-9]+\\b(?!\\$)|#");

    private final CamelContext context;

    /**
     * A file as it is sent: Camel leaves out comments and empty lines, the driver names the parameters.
     *
     * @param numbers in the file, of each line that is sent, from one
     */
    private record Sent(String file, List<String> lines, List<Integer> numbers) {}

    SqlSteps(CamelContext context) {
        this.context = context;
    }

    /**
     * Such as {@code sql/orders-state.sql, line 7: on conflict (order_id) do update}.
     *
     * @return empty if the failure has no position, or no statement or several may be meant
     */
    String where(Throwable failure) {
        if (!(Failure.sql(failure) instanceof PSQLException postgres
                && postgres.getServerErrorMessage() != null
                && postgres.getServerErrorMessage().getPosition() > 0)) {
            return "";
        }
        List<String> found = context.getEndpoints().stream()
                .filter(SqlEndpoint.class::isInstance)
                .map(endpoint -> ((SqlEndpoint) endpoint).getQuery())
                .filter(ResourceHelper::hasScheme)
                .distinct()
                .map(this::sent)
                .map(sent -> where(sent, postgres.getServerErrorMessage()))
                .filter(where -> !where.isEmpty())
                .toList();
        return found.size() == 1 ? found.get(0) : "";
    }

    /** A query, or what is in its file, as JDBC takes it: with a question mark for each of Camel's parameters. */
    String text(String query) {
        Sent sent = ResourceHelper.hasScheme(query) ? sent(query) : new Sent(query, List.of(query), List.of(1));
        String text = String.join("\n", sent.lines);
        return NUMBERED.matcher(PARAMETER.matcher(text).replaceAll("?")).replaceAll("?");
    }

    /** The line of the query's file that Postgres complains about, ending with a colon; at least the file. */
    String where(String query, SQLException failure) {
        if (!ResourceHelper.hasScheme(query)) {
            return "";
        }
        ServerErrorMessage error = failure instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
        String line = error == null || error.getPosition() == 0 ? "" : where(sent(query), error);
        return (line.isEmpty() ? name(query) : line) + ": ";
    }

    private Sent sent(String file) {
        List<String> lines = new ArrayList<>();
        List<Integer> numbers = new ArrayList<>();
        try (InputStream stream = ResourceHelper.resolveMandatoryResourceAsInputStream(context, file)) {
            int number = 0;
            int[] parameters = {0};
            for (String line : new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                number++;
                if (!line.isBlank() && !line.strip().startsWith("--")) {
                    lines.add(PARAMETER.matcher(line).replaceAll(match -> "\\$" + ++parameters[0]));
                    numbers.add(number);
                }
            }
        } catch (IOException e) {
            return new Sent(file, List.of(), List.of());
        }
        return new Sent(file, lines, numbers);
    }

    /** Postgres counts characters from one. */
    private static String where(Sent sent, ServerErrorMessage error) {
        int left = error.getPosition() - 1;
        for (int i = 0; i < sent.lines.size(); i++) {
            String line = sent.lines.get(i);
            int length = line.codePointCount(0, line.length());
            if (left < length) {
                String rest = line.substring(line.offsetByCodePoints(0, left));
                return isMeant(rest, String.valueOf(error.getMessage())) ? where(sent, i) : "";
            }
            left -= length + 1;
        }
        return "";
    }

    /** The position is that of the name, or of the one that qualifies it. */
    private static boolean isMeant(String rest, String message) {
        Matcher quoted = QUOTED.matcher(message);
        return quoted.find() && rest.matches("(?is)([\\w\"]+[.])*\"?" + Pattern.quote(quoted.group(1)) + "(?!\\w).*");
    }

    private static String where(Sent sent, int index) {
        String text = sent.lines.get(index).strip();
        return "%s, line %d: %s"
                .formatted(
                        name(sent.file),
                        sent.numbers.get(index),
                        text.length() <= SHORT ? text : text.substring(0, SHORT) + "…");
    }

    private static String name(String file) {
        return file.replaceFirst("^.*?([^/:]+/)?([^/:]+)$", "$1$2");
    }
}
