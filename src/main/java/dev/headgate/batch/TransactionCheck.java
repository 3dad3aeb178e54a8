package dev.headgate.batch;

import dev.headgate.ConfigurationException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.component.sql.DefaultSqlEndpoint;
import org.apache.camel.component.sql.stored.SqlStoredEndpoint;
import org.apache.camel.model.AggregateDefinition;
import org.apache.camel.model.LogDefinition;
import org.apache.camel.model.Model;
import org.apache.camel.model.MulticastDefinition;
import org.apache.camel.model.PolicyDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RecipientListDefinition;
import org.apache.camel.model.ResequenceDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SplitDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.model.TransactedDefinition;
import org.apache.camel.model.WireTapDefinition;
import org.apache.camel.spi.TransactedPolicy;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.apache.camel.support.CamelContextHelper;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Refuses, at its start, a batch route with a step that would leave the transaction of its batch: what such a step writes
 * would stay when the batch is rolled back and tried again, or be lost when it is committed.
 *
 * <p>Looks at the steps of the route and of the {@code direct:} routes that it calls. What Camel can run on the thread of
 * the transaction ({@code threads}, asynchronous producers) is not refused: it does so there.
 */
final class TransactionCheck {

    private static final Set<String> OTHER_THREAD = Set.of("seda", "stub", "disruptor", "disruptor-vm", "vm");
    private static final Set<Integer> JOINING = Set.of(
            TransactionDefinition.PROPAGATION_REQUIRED,
            TransactionDefinition.PROPAGATION_SUPPORTS,
            TransactionDefinition.PROPAGATION_MANDATORY,
            TransactionDefinition.PROPAGATION_NESTED);

    private final CamelContext context;
    private final DataSource database;
    private final Set<String> checked = new HashSet<>();

    TransactionCheck(CamelContext context, DataSource database) {
        this.context = context;
        this.database = database;
    }

    /**
     * Looks at a route whose endpoints exist.
     *
     * @throws ConfigurationException names the route, the step and the remedy
     */
    void check(String routeId) {
        RouteDefinition route = model().getRouteDefinition(routeId);
        if (route == null || !checked.add(routeId)) {
            return;
        }
        for (ProcessorDefinition<?> step : steps(route.getOutputs())) {
            String fault = fault(step);
            if (fault != null) {
                throw new ConfigurationException("Route %s, step %s (%s) would leave the transaction of its batch: %s"
                        .formatted(routeId, step.getId(), step.getLabel(), fault));
            }
        }
    }

    /**
     * Whether all that the route does is SQL in the transaction, so that a savepoint can take back a part of it. False where
     * it has any other step, whatever that does.
     */
    boolean isDatabaseOnly(String routeId) {
        RouteDefinition route = model().getRouteDefinition(routeId);
        return route != null && steps(route.getOutputs()).stream().allMatch(this::isSql);
    }

    private boolean isSql(ProcessorDefinition<?> step) {
        if (step instanceof ToDefinition to) {
            Endpoint endpoint = endpoint(to.getEndpointUri());
            return endpoint instanceof DefaultSqlEndpoint || endpoint instanceof SqlStoredEndpoint;
        }
        return step instanceof TransactedDefinition || step instanceof LogDefinition;
    }

    @SuppressWarnings({"rawtypes", "unchecked"}) // the signature is Camel's
    private static Collection<ProcessorDefinition<?>> steps(List<ProcessorDefinition<?>> outputs) {
        return (Collection) ProcessorDefinitionHelper.filterTypeInOutputs(outputs, ProcessorDefinition.class);
    }

    /** Why it cannot be, and what to do; null if it can. */
    private @Nullable String fault(ProcessorDefinition<?> step) {
        if (step instanceof WireTapDefinition) {
            return "wireTap sends on another thread. Use to:, or an outbox entry.";
        }
        if (step instanceof AggregateDefinition || step instanceof ResequenceDefinition) {
            return "it goes on later, without the batch. Aggregate with the options of batch: itself.";
        }
        if (isParallel(step)) {
            return "parallelProcessing uses other threads. Take it away.";
        }
        if (step instanceof TransactedDefinition transacted) {
            return faultOfPolicy(transacted.getRef(), true);
        }
        if (step instanceof PolicyDefinition policy) {
            return faultOfPolicy(policy.getRef(), false);
        }
        return step instanceof ToDefinition to ? faultOfEndpoint(endpoint(to.getEndpointUri())) : null;
    }

    private boolean isParallel(ProcessorDefinition<?> step) {
        String option = null;
        if (step instanceof SplitDefinition split) {
            option = split.getParallelProcessing();
        } else if (step instanceof MulticastDefinition multicast) {
            option = multicast.getParallelProcessing();
        } else if (step instanceof RecipientListDefinition<?> list) {
            option = list.getParallelProcessing();
        }
        return option != null && Boolean.TRUE.equals(CamelContextHelper.parseBoolean(context, option));
    }

    private @Nullable String faultOfEndpoint(Endpoint endpoint) {
        String uri = endpoint.getEndpointUri();
        String scheme = uri.substring(0, Math.max(0, uri.indexOf(':')));
        if (OTHER_THREAD.contains(scheme)) {
            return "%s: hands over to another thread. Use direct:, or an outbox entry.".formatted(scheme);
        }
        if (scheme.equals("direct")) {
            model().getRouteDefinitions().stream()
                    .filter(route -> endpoint(route.getInput().getEndpointUri()) == endpoint)
                    .forEach(route -> check(route.getId()));
        }
        DataSource other = null;
        if (endpoint instanceof DefaultSqlEndpoint sql) {
            other = sql.getJdbcTemplate().getDataSource();
        } else if (endpoint instanceof SqlStoredEndpoint stored) {
            other = stored.getJdbcTemplate().getDataSource();
        }
        return other == null || isDatabase(other)
                ? null
                : "it uses another data source than batch:. Leave its option dataSource out; for another database write"
                        + " outbox entries.";
    }

    private @Nullable String faultOfPolicy(@Nullable String ref, boolean transacted) {
        if (!(policy(ref, transacted) instanceof SpringTransactionPolicy policy)) {
            return null;
        }
        TransactionTemplate template = policy.getTransactionTemplate();
        if (!JOINING.contains(template.getPropagationBehavior())) {
            return "its policy begins a transaction of its own or suspends the batch's. Use one with PROPAGATION_REQUIRED.";
        }
        PlatformTransactionManager manager = template.getTransactionManager();
        return manager instanceof DataSourceTransactionManager jdbc && !isDatabase(jdbc.getDataSource())
                ? "its policy begins a transaction with another data source. Take the step away: the batch has its own."
                : null;
    }

    /** As Camel looks it up. */
    private @Nullable Object policy(@Nullable String ref, boolean transacted) {
        if (ref != null && !ref.isEmpty()) {
            return context.getRegistry().lookupByName(CamelContextHelper.parseText(context, ref));
        }
        if (!transacted) {
            return null;
        }
        TransactedPolicy single = CamelContextHelper.findSingleByType(context, TransactedPolicy.class);
        return single == null ? context.getRegistry().lookupByName("PROPAGATION_REQUIRED") : single;
    }

    private boolean isDatabase(@Nullable DataSource other) {
        DataSource target = other;
        while (target instanceof DelegatingDataSource delegating && target != database) {
            target = delegating.getTargetDataSource();
        }
        return target == database;
    }

    private Endpoint endpoint(String uri) {
        return context.getEndpoint(CamelContextHelper.parseText(context, uri));
    }

    private Model model() {
        return context.getCamelContextExtension().getContextPlugin(Model.class);
    }
}
