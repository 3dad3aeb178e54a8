package dev.headgate.cli.scaffold;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * A field of the messages, and the column that it becomes.
 *
 * @param name as it stands in a message
 * @param type of the column
 * @param required whether every message of the sample has it
 */
record Field(String name, Type type, boolean required) {

    /** What the values of a field have in common, and what Postgres and JSON Schema call it. */
    enum Type {
        BOOLEAN("boolean", "{ \"type\": %s }", "boolean"),
        INTEGER("bigint", "{ \"type\": %s }", "integer"),
        NUMBER("numeric", "{ \"type\": %s }", "number"),
        TIME("timestamptz", "{ \"type\": %s, \"maxLength\": 40 }", "string"),
        DATE("date", "{ \"type\": %s, \"maxLength\": 10 }", "string"),
        TEXT("text", "{ \"type\": %s }", "string"),
        NESTED("jsonb", "{ \"type\": %s }", "object"),
        LIST("jsonb", "{ \"type\": %s }", "array"),
        ANYTHING("jsonb", "{}", "");

        final String column;
        private final String schema;
        private final String json;

        Type(String column, String schema, String json) {
            this.column = column;
            this.schema = schema;
            this.json = json;
        }
    }

    private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_]*");

    /** Words that SQL keeps for itself, of those that fields are called. */
    private static final Set<String> RESERVED = Set.of(
            "all",
            "analyse",
            "analyze",
            "and",
            "any",
            "array",
            "as",
            "asc",
            "authorization",
            "between",
            "both",
            "case",
            "cast",
            "check",
            "collate",
            "column",
            "constraint",
            "create",
            "cross",
            "default",
            "desc",
            "distinct",
            "do",
            "else",
            "end",
            "except",
            "false",
            "fetch",
            "for",
            "foreign",
            "from",
            "full",
            "grant",
            "group",
            "having",
            "in",
            "inner",
            "into",
            "is",
            "join",
            "key",
            "lateral",
            "left",
            "like",
            "limit",
            "natural",
            "not",
            "null",
            "offset",
            "on",
            "only",
            "or",
            "order",
            "outer",
            "position",
            "primary",
            "references",
            "right",
            "select",
            "session_user",
            "similar",
            "some",
            "table",
            "then",
            "to",
            "true",
            "union",
            "unique",
            "user",
            "using",
            "value",
            "values",
            "variadic",
            "when",
            "where",
            "window",
            "with");

    /** The column, with quotes where SQL needs them. */
    String column() {
        return quoted(name);
    }

    static String quoted(String name) {
        return PLAIN.matcher(name).matches() && !RESERVED.contains(name)
                ? name
                : '"' + name.replace("\"", "\"\"") + '"';
    }

    /** What the schema says about it; one that is not required may be null, too. */
    String schema() {
        return type.schema.formatted(required ? "\"" + type.json + "\"" : "[\"" + type.json + "\", \"null\"]");
    }
}
