package dev.headgate.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jerolba.carpet.CarpetReader;
import dev.headgate.ConfigurationException;
import dev.headgate.failure.RejectedException;
import dev.headgate.schema.SchemaFile;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParquetFormatTest {

    private static final String ALL_TYPES = """
            {"type": "object", "required": ["text", "whole", "inner"], "properties": {
              "text": {"type": "string"},
              "whole": {"type": "integer"},
              "real": {"type": ["number", "null"]},
              "amount": {"type": "number", "multipleOf": 0.01},
              "flag": {"type": "boolean"},
              "at": {"type": "string", "format": "date-time"},
              "day": {"type": "string", "format": "date"},
              "state": {"enum": ["new", "paid"]},
              "mixed": {"type": ["string", "integer"]},
              "anything": {},
              "tags": {"type": "array", "items": {"type": "string"}},
              "inner": {"$ref": "#/$defs/inner"}},
             "$defs": {"inner": {"type": "object", "additionalProperties": false, "required": ["list"],
               "properties": {"list": {"type": "array", "items": {"type": "object", "additionalProperties": false,
                 "properties": {"n": {"type": "integer"}}}}}}}}
            """;

    @TempDir
    Path folder;

    @Test
    void each_type_has_its_column() throws IOException {
        assertThat(read(ALL_TYPES).messageType().toString()).isEqualToIgnoringWhitespace("""
                message message {
                  required binary text (STRING);
                  required int64 whole;
                  optional double real;
                  optional int64 amount (DECIMAL(18,2));
                  optional boolean flag;
                  optional int64 at (TIMESTAMP(MICROS,true));
                  optional int32 day (DATE);
                  optional binary state (STRING);
                  optional binary mixed (JSON);
                  optional binary anything (JSON);
                  optional group tags (LIST) { repeated group list { optional binary element (STRING); } }
                  required group inner {
                    required group list (LIST) { repeated group list {
                      optional group element { optional int64 n; } } }
                  }
                  optional binary _rest (JSON);
                }
                """);
    }

    @Test
    void a_reader_finds_every_value_again() throws IOException {
        List<Map<String, Object>> rows = rows(ALL_TYPES, """
                {"text": "\u00e4\\n", "whole": 9007199254740993, "real": 0.1, "amount": 19.9, "flag": true,
                 "at": "2026-03-04T12:00:00.123456+02:00", "day": "2026-03-04", "state": "paid", "mixed": 7,
                 "anything": [1.50, {"a": null}], "tags": ["x", null], "inner": {"list": [{"n": 1}, {}]},
                 "later": 1.50, "more": {"b": 2}}
                """, """
                {"text": "", "whole": 1.0, "real": null, "tags": [], "inner": {"list": []}}
                """);

        Map<String, Object> first = rows.get(0);
        assertThat(first)
                .containsEntry("text", "\u00e4\n")
                .containsEntry("whole", 9007199254740993L)
                .containsEntry("real", 0.1)
                .containsEntry("amount", new BigDecimal("19.90"))
                .containsEntry("flag", true)
                .containsEntry("at", Instant.parse("2026-03-04T10:00:00.123456Z"))
                .containsEntry("day", LocalDate.parse("2026-03-04"))
                .containsEntry("state", "paid")
                .containsEntry("mixed", "7")
                .containsEntry("anything", "[1.50,{\"a\":null}]")
                .containsEntry("tags", Arrays.asList("x", null))
                .containsEntry("_rest", "{\"later\":1.50,\"more\":{\"b\":2}}");
        assertThat(first.get("inner")).hasToString("{list=[{n=1}, {n=null}]}");
        Map<String, Object> second = rows.get(1);
        assertThat(second)
                .containsEntry("whole", 1L)
                .containsEntry("real", null)
                .containsEntry("tags", List.of())
                .containsEntry("_rest", null);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '~', textBlock = """
            {"whole":1,"inner":{"list":[]}}                          ; $.text
            {"text":null,"whole":1,"inner":{"list":[]}}              ; $.text
            {"text":1,"whole":1,"inner":{"list":[]}}                 ; $.text
            {"text":"","whole":1.5,"inner":{"list":[]}}              ; $.whole
            {"text":"","whole":9223372036854775808,"inner":{"list":[]}} ; $.whole
            {"text":"","whole":1,"real":1e999,"inner":{"list":[]}}   ; $.real
            {"text":"","whole":1,"amount":0.001,"inner":{"list":[]}} ; $.amount
            {"text":"","whole":1,"amount":99999999999999999.99,"inner":{"list":[]}} ; $.amount
            {"text":"","whole":1,"amount":"1","inner":{"list":[]}}   ; $.amount
            {"text":"","whole":1,"flag":"x","inner":{"list":[]}}     ; $.flag
            {"text":"","whole":1,"at":"noon","inner":{"list":[]}}    ; $.at
            {"text":"","whole":1,"day":"2026-02-30","inner":{"list":[]}} ; $.day
            {"text":"","whole":1,"tags":"x","inner":{"list":[]}}     ; $.tags
            {"text":"","whole":1,"tags":[1],"inner":{"list":[]}}     ; $.tags[]
            {"text":"","whole":1,"inner":[]}                         ; $.inner
            {"text":"","whole":1,"inner":{"list":[{"n":"1"}]}}       ; $.inner.list[].n
            {"text":"","whole":1,"inner":{"list":[{"m":1}]}}         ; $.inner.list[]
            null                                                     ; $
            """)
    void what_fits_no_column_is_refused_with_its_place(String json, String place) {
        assertThatThrownBy(() -> rows(ALL_TYPES, json))
                .isInstanceOfSatisfying(RejectedException.class, refused -> assertThat(refused.reason())
                        .isEqualTo("no column fits: " + place));
    }

    /** Of doubles the sum is 97451.2500000027. */
    @Test
    void amounts_add_up() throws IOException {
        String schema = """
                {"type": "object", "properties": {"amount": {"type": "number", "multipleOf": 0.01}}}
                """;
        String[] payloads = Collections.nCopies(4875, "{\"amount\": 19.99}").toArray(String[]::new);

        BigDecimal sum = rows(schema, payloads).stream()
                .map(row -> new BigDecimal(String.valueOf(row.get("amount"))))
                .reduce(BigDecimal.ZERO, BigDecimal::add);

        assertThat(rows(schema, payloads))
                .allSatisfy(row -> assertThat(row.get("amount")).isEqualTo(new BigDecimal("19.99")));
        assertThat(sum).isEqualTo(new BigDecimal("97451.25"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"text\":", "{\"text\":1,\"text\":2}"})
    void broken_json_is_refused(String json) {
        assertThatThrownBy(() -> rows(ALL_TYPES, json)).isInstanceOf(RejectedException.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '~', textBlock = """
            {"type":"object"}                                                    ; at $: expected "type": "object"
            {"type":"array","items":{}}                                          ; at $: expected "type": "object"
            {"type":"object","properties":{"a":{"$ref":"other.json"}}}           ; at $.a: $ref other.json is not found
            {"type":"object","properties":{"a":{"$ref":"#/$defs/b"}}}            ; at $.a: $ref #/$defs/b is not found
            {"type":"object","properties":{"a":{"type":"array","items":{"$ref":"#"}}}} ; $ref # leads to itself
            {"type":"object","properties":{"_rest":{}}}                          ; at $._rest: the name is that of
            {"type":"object","properties":{"a":{"type":"decimal"}}}              ; at $.a: unknown type in "decimal"
            {"type":"object","properties":{"a":{"type":"number","multipleOf":1e-19}}} ; at $.a: multipleOf 1E-19 has 19 digits
            {"type":                                                             ; cannot be read as JSON
            """)
    void a_schema_without_columns_is_refused_with_file_and_place(String schema, String why) {
        assertThatThrownBy(() -> read(schema))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("The schema orders.schema.json ")
                .hasMessageContaining(why);
    }

    private static ParquetObject read(String schema) {
        return ParquetSchema.read(new SchemaFile("orders.schema.json", schema.getBytes(UTF_8)));
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private List<Map<String, Object>> rows(String schema, String... payloads) throws IOException {
        Path written = folder.resolve("rows.parquet");
        try (OutputStream out = Files.newOutputStream(written)) {
            new ParquetFormat(read(schema))
                    .write(
                            Arrays.stream(payloads)
                                    .map(payload -> payload.getBytes(UTF_8))
                                    .toList(),
                            out);
        }
        return (List) new CarpetReader<>(written.toFile(), Map.class).toList();
    }
}
