package dev.headgate.batch;

import dev.headgate.Finding;
import dev.headgate.failure.Failure;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.postgresql.util.PSQLException;
import org.springframework.jdbc.datasource.DataSourceUtils;

/**
 * Asks the database about the SQL of {@code sql:} steps before the first message comes: a table or a column that is not there,
 * a fault of syntax, a grant that is missing. Each statement is prepared, and one that can be is explained; none is executed.
 *
 * <p>What only a value can show is not looked for, and a database that does not answer finds no fault: a batch that meets
 * either is held and says so. Nor is a table missed that a step creates.
 */
public final class SqlCheck {

    private static final String FORBIDDEN = "42501";
    /** Syntax, and names: of tables, columns, functions, types, schemas. */
    private static final List<String> FAULTS = List.of("42601", "42P01", "42703", "42883", "42704", "3F000", "42P10");

    private static final Pattern EXPLAINED =
            Pattern.compile("(?is)\\s*(select|insert|update|delete|merge|with|values)\\b.*");

    private final SqlSteps steps;
    private final RoutesToBatch routes;
    private final String everything;

    private SqlCheck(CamelContext context, Collection<RouteDefinition> all) {
        this.steps = new SqlSteps(context);
        this.routes = new RoutesToBatch(context, all);
        StringBuilder texts = new StringBuilder();
        all.forEach(route -> RoutesToBatch.all(route.getOutputs()).forEach(step -> {
            String query = routes.query(step);
            texts.append(query == null ? "" : steps.text(query)).append('\n');
        }));
        this.everything = texts.toString().toLowerCase(Locale.ROOT);
    }

    /**
     * Looks at all routes of a process.
     *
     * @return one for each fault, with the file and line of its step
     */
    public static List<Finding> faults(
            CamelContext context, Collection<RouteDefinition> all, DataSource database, String role) {
        List<Finding> faults = new ArrayList<>();
        SqlCheck check = new SqlCheck(context, all);
        Connection connection;
        try {
            connection = database.getConnection();
        } catch (SQLException e) {
            return faults;
        }
        try {
            connection.setAutoCommit(false);
            for (RouteDefinition route : all) {
                for (ProcessorDefinition<?> step : RoutesToBatch.all(route.getOutputs())) {
                    check.fault(connection, route, step, role).ifPresent(faults::add);
                    connection.rollback();
                }
            }
        } catch (SQLException e) {
            // An outage meanwhile: what is known so far is said.
            return faults;
        } finally {
            DataSourceUtils.releaseConnection(connection, database);
        }
        return faults;
    }

    private Optional<Finding> fault(
            Connection connection, RouteDefinition route, ProcessorDefinition<?> step, String role)
            throws SQLException {
        String query = routes.query(step);
        String sql = query == null ? "" : steps.text(query);
        if (query == null || sql.isBlank()) {
            return Optional.empty();
        }
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int parameters = statement.getParameterMetaData().getParameterCount();
            if (EXPLAINED.matcher(sql).matches()) {
                explain(connection, sql, parameters);
            }
            return Optional.empty();
        } catch (SQLException e) {
            String what = ": " + steps.where(query, e) + said(e);
            return remedy(e, role).map(remedy -> StepPlace.finding(route, step, what, remedy));
        }
    }

    private static void explain(Connection connection, String sql, int parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("explain " + sql)) {
            for (int i = 1; i <= parameters; i++) {
                statement.setNull(i, Types.NULL);
            }
            statement.execute();
        }
    }

    private static String said(SQLException e) {
        return e instanceof PSQLException postgres && postgres.getServerErrorMessage() != null
                ? String.valueOf(postgres.getServerErrorMessage().getMessage())
                : String.valueOf(e.getMessage());
    }

    /** Empty if it is no fault of the SQL. */
    private Optional<String> remedy(SQLException e, String role) throws SQLException {
        String state = String.valueOf(e.getSQLState());
        if (Failure.of(e) instanceof Failure.Outage) {
            throw e;
        }
        if (state.equals(FORBIDDEN)) {
            return Optional.of("Grant it to the role %s.".formatted(role));
        }
        return FAULTS.contains(state) && !isCreated(said(e))
                ? Optional.of("Correct the SQL, or create what it names by a migration.")
                : Optional.empty();
    }

    /** A temporary table that a step of the same transaction creates. */
    private boolean isCreated(String said) {
        Matcher name = Pattern.compile("relation \"(?:[^\"]*\\.)?([^\".]+)\" does not exist")
                .matcher(said);
        return name.find()
                && Pattern.compile("create\\s[\\w\\s]*table\\s[\\w\\s.\"]*\\b"
                                + Pattern.quote(name.group(1).toLowerCase(Locale.ROOT)))
                        .matcher(everything)
                        .find();
    }
}
