package dev.headgate.database;

import java.sql.SQLException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.NativeQuery;
import org.postgresql.core.Parser;

/** Statements in a text of SQL that begin or end a transaction, or change what the next one may do. */
final class TransactionControl {

    private static final Pattern BEFORE = Pattern.compile("(?s)^(?:\\s+|--[^\\n]*(?:\\n|$)|/\\*.*?\\*/)+");

    private static final Pattern CONTROL = Pattern.compile(
            "^(?:begin|start\\s+transaction|commit|end|abort|rollback(?!\\s+(?:(?:work|transaction)\\s+)?to\\b)"
                    + "|prepare\\s+transaction|set\\s+(?:local\\s+)?session\\s+characteristics)\\b[^;]{0,40}",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern READS_ONLY =
            Pattern.compile("(?:default_)?transaction_read_only", Pattern.CASE_INSENSITIVE);

    private TransactionControl() {}

    /**
     * The first one, or null; what stands in quotes and in comments, and the body of a {@code do}, are none. The text is taken
     * apart as the driver does, which sends each statement by itself.
     */
    static @Nullable String in(String sql, boolean standardConformingStrings) throws SQLException {
        Matcher setting = READS_ONLY.matcher(sql);
        if (setting.find()) {
            return setting.group().toLowerCase(Locale.ROOT);
        }
        for (NativeQuery statement : Parser.parseJdbcSql(sql, standardConformingStrings, true, true, false, false)) {
            Matcher control =
                    CONTROL.matcher(BEFORE.matcher(statement.nativeSql).replaceFirst(""));
            if (control.find()) {
                return control.group().strip();
            }
        }
        return null;
    }
}
