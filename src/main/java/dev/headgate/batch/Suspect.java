package dev.headgate.batch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headgate.message.Message;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.util.ObjectHelper;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Which message Postgres most likely means when it refuses several: the one whose payload has the value that it names. A
 * guess that says where to look first; whether it is that one is for an attempt to show.
 */
final class Suspect {

    /** What stands in quotes, in parentheses between commas, or is a longer number. */
    private static final Pattern VALUE =
            Pattern.compile("\"([^\"]{2,200})\"|(?<=[(,] ?)([^(),]{3,200})(?=[,)])|(-?[0-9][0-9.]{2,})");

    private static final int MOST_VALUES = 16;

    private Suspect() {}

    /** The position of the message, or -1 where nothing points at one; the row that COPY names is known to be the one. */
    static int among(List<Message> messages, Throwable refusal) {
        RefusedRowException row = ObjectHelper.getException(RefusedRowException.class, refusal);
        if (row != null) {
            return messages.indexOf(row.refused());
        }
        PSQLException thrown = ObjectHelper.getException(PSQLException.class, refusal);
        ServerErrorMessage said = thrown == null ? null : thrown.getServerErrorMessage();
        if (said == null) {
            return -1;
        }
        // Bytes as letters: the same bytes are the same letters.
        String[] payloads = messages.stream()
                .map(message -> message.payload() == null ? "" : new String(message.payload(), ISO_8859_1))
                .toArray(String[]::new);
        int suspect = -1;
        int fewest = Integer.MAX_VALUE;
        for (String value : values(said.getMessage() + "\n" + said.getDetail())) {
            String bytes = new String(value.getBytes(UTF_8), ISO_8859_1);
            int first = -1;
            int count = 0;
            for (int i = 0; i < payloads.length && count < fewest; i++) {
                if (payloads[i].contains(bytes)) {
                    first = first < 0 ? i : first;
                    count++;
                }
            }
            if (count > 0 && count < fewest) {
                suspect = first;
                fewest = count;
            }
            if (fewest == 1) {
                break;
            }
        }
        return fewest > messages.size() / 2 ? -1 : suspect;
    }

    private static Set<String> values(String text) {
        Set<String> values = new LinkedHashSet<>();
        Matcher matcher = VALUE.matcher(text);
        while (values.size() < MOST_VALUES && matcher.find()) {
            for (int group = 1; group <= matcher.groupCount(); group++) {
                if (matcher.group(group) != null) {
                    values.add(matcher.group(group).strip());
                }
            }
        }
        values.removeIf(String::isEmpty);
        return values;
    }
}
