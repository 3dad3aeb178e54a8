package dev.headgate.manage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.deadletter.DeadLetter;
import dev.headgate.deadletter.DeadLetterTable;
import dev.headgate.deadletter.Selection;
import dev.headgate.settings.Secrets;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The newest dead letters of one reason, and each by itself, as JSON and as a page. What the messages say, which is payload,
 * key, headers and what the database said of them, is there only for who may also decide about them. Thread-safe.
 */
final class OpenLetters {

    private static final int SHOWN = 20;
    private static final int SHOWN_OF_PAYLOAD = 4096;
    /** So that a secret is masked of which only the beginning would be shown. */
    private static final int LONGEST_SECRET = 1024;

    private static final String HIDDEN =
            "Key, headers and payload are shown where headgate.management.write is true, and by ./headgate dead-letters show %d.";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final DataSource dataSource;
    private final Secrets secrets;
    private final boolean writes;

    /** @param writes whether who asks may change something, and so see the messages */
    OpenLetters(DataSource dataSource, Secrets secrets, boolean writes) {
        this.dataSource = dataSource;
        this.secrets = secrets;
        this.writes = writes;
    }

    /** Those of a reason; asks the database. */
    String json(String pipeline, String reason) {
        return json(find(pipeline, reason));
    }

    /** The same for a browser. */
    String page(String pipeline, String reason) {
        return LetterPage.of(
                masked("Dead letters of %s: %s".formatted(pipeline, reason)),
                "../",
                page -> page.list(find(pipeline, reason)));
    }

    /** One of them, empty if there is none; asks the database. */
    Optional<String> json(long id) {
        return find(id).map(OpenLetters::json);
    }

    /** The same for a browser. */
    Optional<String> page(long id) {
        return find(id).map(letter -> LetterPage.of(
                "Dead letter " + id,
                "../../",
                page -> page.letter(id, letter, writes && "dead".equals(letter.get("state")))));
    }

    private List<Map<String, Object>> find(String pipeline, String reason) {
        Selection selection = new Selection(List.of(), DeadLetter.State.DEAD, pipeline, reason, null, null, null);
        return new DeadLetterTable(dataSource)
                .find(selection, SHOWN).stream().map(this::shown).toList();
    }

    private Map<String, Object> shown(DeadLetter letter) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("id", letter.id());
        shown.put("pipeline", masked(letter.pipeline()));
        shown.put("reason", masked(letter.reason()));
        shown.put("step", masked(letter.stage()));
        shown.put("source", masked(letter.source()));
        shown.put("refused", letter.receivedAt().toString());
        shown.put("attempts", letter.attempts());
        shown.put("replays", letter.replays());
        shown.put("held", letter.held());
        shown.put("whole", "./headgate dead-letters show " + letter.id());
        return shown;
    }

    private Optional<Map<String, Object>> find(long id) {
        List<Map<String, Object>> found = new ArrayList<>();
        new DeadLetterTable(dataSource)
                .read(id, SHOWN_OF_PAYLOAD + LONGEST_SECRET, (letter, payload) -> found.add(whole(letter, payload)));
        return found.stream().findFirst();
    }

    private Map<String, Object> whole(DeadLetter letter, byte @Nullable [] payload) {
        Map<String, Object> shown = shown(letter);
        shown.put("state", letter.state().toString());
        put(shown, "replayed", letter.replayedAt());
        put(shown, "settled", letter.settledAt());
        put(shown, "discarded", letter.discardedWhy());
        shown.put("cut", letter.cut());
        put(shown, "payloadBytes", letter.payloadBytes());
        if (!writes) {
            shown.put("hidden", HIDDEN.formatted(letter.id()));
            return shown;
        }
        put(shown, "error", letter.error());
        put(shown, "key", letter.key());
        shown.put("headers", letter.headers().stream().map(this::header).toList());
        put(
                shown,
                "payload",
                payload == null ? null : beginning(payload, Objects.requireNonNull(letter.payloadBytes())));
        return shown;
    }

    private Map<String, Object> header(DeadLetter.Header header) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("name", masked(header.name()));
        String value = header.value();
        shown.put("value", value == null ? null : Secrets.isName(header.name()) ? Secrets.MASK : masked(value));
        return shown;
    }

    private void put(Map<String, Object> shown, String name, @Nullable Object value) {
        if (value != null) {
            shown.put(name, value instanceof Number ? value : masked(value.toString()));
        }
    }

    /** As text; null if it is none. A character may be cut at the end. */
    private @Nullable String beginning(byte[] payload, long size) {
        CharBuffer text = CharBuffer.allocate(payload.length);
        CoderResult result = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(payload), text, payload.length == size);
        if (result.isError()) {
            return null;
        }
        String masked = masked(text.flip().toString());
        return masked.length() > SHOWN_OF_PAYLOAD ? masked.substring(0, SHOWN_OF_PAYLOAD) + "…" : masked;
    }

    private String masked(String text) {
        return secrets.masked(text);
    }

    private static String json(Object shown) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(shown);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
