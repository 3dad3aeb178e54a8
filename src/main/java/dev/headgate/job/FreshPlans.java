package dev.headgate.job;

import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.postgresql.PGStatement;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Has each statement planned for what the tables hold at the time. Their size changes from nothing to a hundred thousand
 * jobs within seconds: a plan that a connection had kept from before would read all of them at each claim, until Postgres
 * analyzes the table.
 */
final class FreshPlans extends JdbcTemplate {

    private static final int NEVER = 0;

    FreshPlans(DataSource dataSource) {
        super(dataSource);
    }

    @Override
    protected void applyStatementSettings(Statement statement) throws SQLException {
        super.applyStatementSettings(statement);
        statement.unwrap(PGStatement.class).setPrepareThreshold(NEVER);
    }
}
