package dev.headgate.decode;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.headgate.message.MessageLimit;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes JSON in UTF-8 that is no larger than a message may be. */
final class JsonText {

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();

    private JsonText() {}

    /** What is written. */
    interface Content {

        void write(JsonGenerator json) throws IOException;
    }

    /**
     * Writes into memory.
     *
     * @param guess how many bytes there will be
     * @throws dev.headgate.failure.RejectedException if they are more than a message may have
     */
    static byte[] written(int guess, MessageLimit limit, Content content) {
        LimitedBytes bytes = new LimitedBytes(guess, limit, "as JSON");
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            content.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
