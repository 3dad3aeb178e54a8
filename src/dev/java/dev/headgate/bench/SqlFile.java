package dev.headgate.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A statement for plain JDBC, which has the batch as JSON, once for each statement: what the shipped route had before its SQL
 * read the relation {@code batch}.
 *
 * @param text the statement with {@code ?} for each parameter
 * @param parameters the properties of the batch to bind, in order, such as {@code fresh}
 */
record SqlFile(String text, List<String> parameters) {
    private static final Pattern PARAMETER = Pattern.compile(":#\\$\\{body\\.([^}]+)}");

    /** The statements that store orders, their outbox entries and their jobs, in order. */
    static List<SqlFile> ofOrders() {
        return Stream.of("orders-state.sql", "orders-outbox.sql", "orders-receipts.sql")
                .map(SqlFile::read)
                .toList();
    }

    private static SqlFile read(String name) {
        try (InputStream file = SqlFile.class.getResourceAsStream("sql/" + name)) {
            return parse(new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException failure) {
            throw new UncheckedIOException("The SQL file " + name + " cannot be read", failure);
        }
    }

    static SqlFile parse(String sql) {
        List<String> parameters = new ArrayList<>();
        Matcher parameter = PARAMETER.matcher(sql);
        String text = parameter.replaceAll(found -> {
            parameters.add(found.group(1));
            return "?";
        });
        if (text.contains(":#")) {
            throw new IllegalArgumentException("Expected only parameters such as :#${body.fresh} in: " + sql);
        }
        return new SqlFile(text, List.copyOf(parameters));
    }
}
