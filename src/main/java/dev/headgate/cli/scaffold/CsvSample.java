package dev.headgate.cli.scaffold;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import dev.headgate.ConfigurationException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Messages that are lines of CSV. A guess like {@link Sample}: a column whose values all look like numbers has numbers.
 *
 * @param names of the fields, from the first line
 * @param lines each a message
 * @param json what they mean, with the type that their values look like
 */
record CsvSample(List<String> names, List<String> lines, List<String> json) {

    private static final ObjectReader CSV = CsvMapper.builder()
            .enable(CsvParser.Feature.EMPTY_UNQUOTED_STRING_AS_NULL)
            .build()
            .readerFor(String[].class);

    /** One with a zero in front is none: postcodes are not added up. */
    private static final Predicate<String> NUMBER =
            Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?").asMatchPredicate();

    private static final Predicate<String> BOOLEAN =
            Pattern.compile("true|false").asMatchPredicate();

    /** @throws ConfigurationException if the first line has no names, or another one no record of them */
    static CsvSample of(List<String> written, String name) {
        List<String> lines = written.stream().filter(line -> !line.isBlank()).toList();
        if (lines.size() < 2) {
            throw new ConfigurationException(
                    "The sample %s holds no message: it is to have a line with the names of the fields, and a record a line."
                            .formatted(name));
        }
        List<String> names = Arrays.asList(parse(lines.get(0), name, 1));
        if (names.stream().anyMatch(field -> field == null || field.isBlank() || field.contains(","))) {
            throw new ConfigurationException(
                    "%s, line 1: expected the names of the fields, none of them empty or with a comma in it, found %s."
                            .formatted(name, names));
        }
        List<String[]> records = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            String[] values = parse(lines.get(i), name, i + 1);
            if (values.length != names.size()) {
                throw new ConfigurationException("%s, line %d: %d fields, where %d have names."
                        .formatted(name, i + 1, values.length, names.size()));
            }
            records.add(values);
        }
        return new CsvSample(names, lines.subList(1, lines.size()), json(names, records));
    }

    private static String[] parse(String line, String name, int number) {
        try {
            return CSV.readValue(line);
        } catch (JsonProcessingException e) {
            throw new ConfigurationException(
                    "%s, line %d: no record of CSV (%s): write each message on one line."
                            .formatted(name, number, e.getOriginalMessage()),
                    e);
        }
    }

    private static List<String> json(List<String> names, List<String[]> records) {
        List<ObjectNode> messages = new ArrayList<>();
        records.forEach(values -> messages.add(JsonNodeFactory.instance.objectNode()));
        for (int field = 0; field < names.size(); field++) {
            String name = names.get(field);
            boolean numbers = all(records, field, NUMBER);
            boolean booleans = all(records, field, BOOLEAN);
            for (int i = 0; i < records.size(); i++) {
                String value = records.get(i)[field];
                if (value == null) {
                    messages.get(i).putNull(name);
                } else if (numbers) {
                    messages.get(i).put(name, new BigDecimal(value));
                } else if (booleans) {
                    messages.get(i).put(name, value.equals("true"));
                } else {
                    messages.get(i).put(name, value);
                }
            }
        }
        return messages.stream().map(ObjectNode::toString).toList();
    }

    private static boolean all(List<String[]> records, int field, Predicate<String> rule) {
        return records.stream()
                .map(values -> values[field])
                .filter(Objects::nonNull)
                .allMatch(rule);
    }
}
