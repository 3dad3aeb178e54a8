package dev.headgate.batch;

import dev.headgate.failure.Failure;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.jspecify.annotations.Nullable;
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

    private static final String HIDDEN = """
            select format('%I.%I', n.nspname, c.relname)
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            where c.relname = 'batch' and n.nspname = any (current_schemas(false))
            """;

    private final CamelContext context;
    private final SqlSteps steps;
    private final RoutesToBatch routes;
    private final String everything;
    private final List<Relation> relations = new ArrayList<>();

    /** A route whose SQL, and that of the steps it calls, reads the relation of its batch. */
    private record Relation(RouteDefinition route, BatchRelation relation, Set<ProcessorDefinition<?>> steps) {}

    private SqlCheck(CamelContext context, Collection<RouteDefinition> all) {
        this.context = context;
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
     * @return one line for each fault, with route, step, file and line, and the remedy
     */
    public static List<String> faults(
            CamelContext context, Collection<RouteDefinition> all, DataSource database, String role) {
        List<String> faults = new ArrayList<>();
        SqlCheck check = new SqlCheck(context, all);
        all.forEach(route -> check.readColumns(route, faults));
        Connection connection;
        try {
            connection = database.getConnection();
        } catch (SQLException e) {
            return faults;
        }
        try {
            connection.setAutoCommit(false);
            for (Relation relation : check.relations) {
                String fault = faultOfRelation(connection, relation.relation, role);
                connection.rollback();
                if (fault != null) {
                    faults.add("Route %s: %s".formatted(StepPlace.of(relation.route), fault));
                }
            }
            if (!faults.isEmpty()) {
                return faults;
            }
            for (RouteDefinition route : all) {
                for (ProcessorDefinition<?> step : RoutesToBatch.all(route.getOutputs())) {
                    String fault = check.fault(connection, step, role);
                    connection.rollback();
                    if (fault != null) {
                        faults.add(StepPlace.of(route, step) + ": " + fault);
                    }
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

    /** Notes which steps read a relation. */
    private void readColumns(RouteDefinition route, List<String> faults) {
        if (!routes.input(route).startsWith(RoutesToBatch.BATCH)) {
            return;
        }
        BatchEndpoint endpoint;
        try {
            endpoint = context.getEndpoint(routes.resolved(route.getInput().getEndpointUri()), BatchEndpoint.class);
        } catch (ResolveEndpointFailedException e) {
            // Camel will say it.
            return;
        }
        try {
            BatchColumns columns = endpoint.getConfiguration().batchColumns();
            if (columns != null) {
                relations.add(
                        new Relation(route, new BatchRelation(endpoint.getName(), columns), routes.calledBy(route)));
            }
        } catch (IllegalArgumentException e) {
            faults.add("Route %s: %s".formatted(StepPlace.of(route), e.getMessage()));
        }
    }

    /** What keeps the session from having the relation, or others from what it hides. */
    private static @Nullable String faultOfRelation(Connection connection, BatchRelation relation, String role)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet hidden = statement.executeQuery(HIDDEN)) {
                if (hidden.next()) {
                    return "the relation batch, which the option columns asks for, would hide %s from the SQL of this process. Rename that, or leave the option out."
                            .formatted(hidden.getString(1));
                }
            }
            statement.execute(relation.create());
            return null;
        } catch (SQLException e) {
            if (Failure.of(e) instanceof Failure.Outage) {
                throw e;
            }
            return FORBIDDEN.equals(e.getSQLState())
                    ? "the relation batch, which the option columns asks for, is a temporary table: %s. Grant temporary on the database to the role %s."
                            .formatted(said(e), role)
                    : "the relation batch cannot have these columns: %s. Correct the option columns or headerColumns."
                            .formatted(said(e));
        }
    }

    private void create(Connection connection, ProcessorDefinition<?> step) throws SQLException {
        for (Relation relation : relations) {
            if (relation.steps.contains(step)) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute(relation.relation.create());
                }
                return;
            }
        }
    }

    private @Nullable String fault(Connection connection, ProcessorDefinition<?> step, String role)
            throws SQLException {
        String query = routes.query(step);
        String sql = query == null ? "" : steps.text(query);
        if (query == null || sql.isBlank()) {
            return null;
        }
        create(connection, step);
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int parameters = statement.getParameterMetaData().getParameterCount();
            if (EXPLAINED.matcher(sql).matches()) {
                explain(connection, sql, parameters);
            }
            return null;
        } catch (SQLException e) {
            return fault(query, e, role);
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

    private @Nullable String fault(String query, SQLException e, String role) throws SQLException {
        String state = String.valueOf(e.getSQLState());
        if (Failure.of(e) instanceof Failure.Outage) {
            throw e;
        }
        String said = said(e);
        String where = steps.where(query, e);
        if (state.equals(FORBIDDEN)) {
            return "%s%s. Grant it to the role %s.".formatted(where, said, role);
        }
        return FAULTS.contains(state) && !isCreated(said)
                ? "%s%s. Correct the SQL, or create what it names by a migration.".formatted(where, said)
                : null;
    }

    private static String said(SQLException e) {
        return e instanceof PSQLException postgres && postgres.getServerErrorMessage() != null
                ? String.valueOf(postgres.getServerErrorMessage().getMessage())
                : String.valueOf(e.getMessage());
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
