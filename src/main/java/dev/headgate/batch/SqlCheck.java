package dev.headgate.batch;

import dev.headgate.Finding;
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
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.ResolveEndpointFailedException;
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
     * @return one for each fault, with the file and line of its step
     */
    public static List<Finding> faults(
            CamelContext context, Collection<RouteDefinition> all, DataSource database, String role) {
        List<Finding> faults = new ArrayList<>();
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
                faultOfRelation(connection, relation, role).ifPresent(faults::add);
                connection.rollback();
            }
            if (!faults.isEmpty()) {
                return faults;
            }
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

    /** Notes which steps read a relation. */
    private void readColumns(RouteDefinition route, List<Finding> faults) {
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
                relations.add(new Relation(
                        route, new BatchRelation(endpoint.getName(), columns), routes.calledBy(route)));
            }
        } catch (IllegalArgumentException e) {
            faults.add(StepPlace.finding(
                    route, "Route %s: %s".formatted(route.getId(), e.getMessage()), "Correct that option of batch:."));
        }
    }

    /** What keeps the session from having the relation, or others from what it hides. */
    private static Optional<Finding> faultOfRelation(Connection connection, Relation relation, String role)
            throws SQLException {
        String route = "Route " + relation.route.getId() + ": ";
        try (Statement statement = connection.createStatement()) {
            try (ResultSet hidden = statement.executeQuery(HIDDEN)) {
                if (hidden.next()) {
                    return Optional.of(StepPlace.finding(
                            relation.route,
                            route + "the relation batch, which the option columns asks for, would hide %s from the SQL of this process"
                                    .formatted(hidden.getString(1)),
                            "Rename that, or leave the option out."));
                }
            }
            statement.execute(relation.relation.create());
            return Optional.empty();
        } catch (SQLException e) {
            if (Failure.of(e) instanceof Failure.Outage) {
                throw e;
            }
            return Optional.of(
                    FORBIDDEN.equals(e.getSQLState())
                            ? StepPlace.finding(
                                    relation.route,
                                    route + "the relation batch, which the option columns asks for, is a temporary table: "
                                            + said(e),
                                    "Grant temporary on the database to the role %s.".formatted(role))
                            : StepPlace.finding(
                                    relation.route,
                                    route + "the relation batch cannot have these columns: " + said(e),
                                    "Correct the option columns or headerColumns."));
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

    private Optional<Finding> fault(
            Connection connection, RouteDefinition route, ProcessorDefinition<?> step, String role)
            throws SQLException {
        String query = routes.query(step);
        String sql = query == null ? "" : steps.text(query);
        if (query == null || sql.isBlank()) {
            return Optional.empty();
        }
        create(connection, step);
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
