package dev.headgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A statement of a route's SQL file for plain JDBC.
 *
 * @param text the statement with {@code ?} for each parameter
 * @param parameters the properties of the batch to bind, in order, such as {@code fresh}
 */
record SqlFile(String text, List<String> parameters) {
    private static final Pattern PARAMETER = Pattern.compile(":#\\$\\{body\\.([^}]+)}");

    /** The statements of the shipped route, in order. */
    static List<SqlFile> ofOrders(Path folder) {
        return Stream.of("orders-state.sql", "orders-outbox.sql", "orders-receipts.sql")
                .map(name -> read(folder.resolve(name)))
                .toList();
    }

    static SqlFile read(Path file) {
        try {
            return parse(Files.readString(file));
        } catch (IOException failure) {
            throw new UncheckedIOException("The SQL file " + file + " cannot be read", failure);
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
