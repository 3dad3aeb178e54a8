package dev.headgate.decode;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import dev.headgate.failure.RejectedException;
import dev.headgate.message.MessageLimit;
import dev.headgate.message.Utf8;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes an object of texts of one record of CSV (RFC 4180), field by field as they are read. A field without anything in it is
 * null, one with two quotes an empty text. Immutable, thread-safe.
 */
final class CsvRecord implements Decoder {

    /** As many columns as a table of Postgres can have. */
    private static final int MOST_FIELDS = 1600;

    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private static final CsvFactory CSV = CsvFactory.builder()
            .enable(CsvParser.Feature.EMPTY_UNQUOTED_STRING_AS_NULL)
            .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
            .build();

    private final SerializedString @Nullable [] header;
    private final CsvSchema separated;

    private CsvRecord(SerializedString @Nullable [] header, CsvSchema separated) {
        this.header = header;
        this.separated = separated;
    }

    /**
     * @param header the names of the fields, separated by commas; null if the first line of each message has them
     * @throws IllegalArgumentException that names the option
     */
    static CsvRecord of(@Nullable String header, String delimiter) {
        char separator = delimiter.length() == 1 ? delimiter.charAt(0) : '"';
        if (separator == '"' || separator == '\n' || separator == '\r') {
            throw new IllegalArgumentException(
                    "Expected option delimiter to be one character, such as ; or a tab, found \"" + delimiter + "\"");
        }
        try {
            return new CsvRecord(
                    header == null
                            ? null
                            : names(Stream.of(header.split(",", -1))
                                    .map(String::strip)
                                    .toList()),
                    CsvSchema.emptySchema().withColumnSeparator(separator));
        } catch (RejectedException e) {
            throw new IllegalArgumentException(
                    "Expected option header to be the names of the fields, such as id,amount, found \"%s\": %s"
                            .formatted(header, e.getMessage()),
                    e);
        }
    }

    @Override
    public byte[] json(byte[] payload, int start, MessageLimit limit) {
        String text = Utf8.text(payload);
        if (text == null) {
            throw broken("a text that is no UTF-8");
        }
        boolean marked = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
        try (CsvParser csv = CSV.createParser(marked ? text.substring(1) : text)) {
            csv.setSchema(separated);
            SerializedString[] names = header == null ? readNames(csv) : header;
            byte[] json = JsonText.written(2 * payload.length, limit, to -> write(csv, names, to));
            if (next(csv) != null) {
                throw new RejectedException(
                        "several records",
                        "a message is one record of CSV, found more: split the message before decode:csv, with the option"
                                + " header");
            }
            return json;
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private static SerializedString[] readNames(CsvParser csv) throws IOException {
        requireLine(csv, "no line with the names of the fields");
        List<String> names = new ArrayList<>();
        while (next(csv) != JsonToken.END_ARRAY) {
            requireFewer(names.size());
            names.add(csv.currentToken() == JsonToken.VALUE_NULL ? "" : csv.getText());
        }
        return names(names);
    }

    private static SerializedString[] names(List<String> names) {
        Set<String> known = new HashSet<>();
        for (String name : names) {
            if (name.isEmpty()) {
                throw broken("a field without a name");
            }
            if (!known.add(name)) {
                throw broken("two fields with the name " + name);
            }
        }
        return names.stream().map(SerializedString::new).toArray(SerializedString[]::new);
    }

    private static void write(CsvParser csv, SerializedString[] names, JsonGenerator json) throws IOException {
        requireLine(csv, "no line with a record");
        json.writeStartObject();
        int fields = 0;
        for (JsonToken token = next(csv); token != JsonToken.END_ARRAY; token = next(csv)) {
            if (fields == names.length) {
                throw broken("more fields than the %d that have names".formatted(names.length));
            }
            json.writeFieldName(names[fields++]);
            if (token == JsonToken.VALUE_NULL) {
                json.writeNull();
            } else {
                json.writeString(csv.getText());
            }
        }
        if (fields < names.length) {
            throw broken("%d fields, where %d have names".formatted(fields, names.length));
        }
        json.writeEndObject();
    }

    private static void requireLine(JsonParser csv, String otherwise) {
        if (next(csv) != JsonToken.START_ARRAY) {
            throw broken(otherwise);
        }
    }

    private static @Nullable JsonToken next(JsonParser csv) {
        try {
            return csv.nextToken();
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private static void requireFewer(int fields) {
        if (fields == MOST_FIELDS) {
            throw broken("more than %,d fields".formatted(MOST_FIELDS));
        }
    }

    /** Of what the parser says the first line, without the place in its own reader. */
    private static RejectedException broken(IOException failure) {
        return broken(String.valueOf(failure.getMessage()).lines().findFirst().orElse(""));
    }

    private static RejectedException broken(String found) {
        return new RejectedException("broken CSV", "expected one record of CSV, found " + found);
    }
}
