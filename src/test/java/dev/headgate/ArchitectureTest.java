package dev.headgate;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.elements.ClassesShouldConjunction;
import java.util.Set;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.NullMarked;

/** The rooms and the arrows between them. */
@AnalyzeClasses(packages = "dev.headgate", importOptions = ArchitectureTest.NoTests.class)
class ArchitectureTest {

    private static final String[] ONLY_FOR_DEVELOPMENT = {
        "dev.headgate.devservices..",
        "dev.headgate.demo..",
        "dev.headgate.rehearsal..",
        "dev.headgate.chaos..",
        "dev.headgate.bench.."
    };
    private static final String[] EDGES = {"org.apache.camel..", "org.apache.kafka..", "software.amazon.."};

    /** The product, the demo and the benchmarks: ArchUnit itself knows only the folder of a module at the root. */
    static final class NoTests implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/");
        }
    }

    @ArchTest
    static final ArchRule no_cycles = slices().matching("dev.headgate.(*)..")
            .should()
            .beFreeOfCycles()
            .because("a room that can be read alone can be changed alone");

    @ArchTest
    static final ArchRule no_cycles_within_the_command_line = slices().matching("dev.headgate.cli.(*)..")
            .should()
            .beFreeOfCycles()
            .because("each command can be read without the others");

    @ArchTest
    static final ArchRule no_cycles_within_the_wing_to_look_from = slices().matching("dev.headgate.manage.(*)..")
            .should()
            .beFreeOfCycles()
            .because("meters, objectives, the page and traces can each be read alone");

    @ArchTest
    static final ArchRule rooms_within_a_room_do_not_know_its_hall = noClasses()
            .that()
            .resideInAnyPackage("dev.headgate.cli.*..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.headgate.cli")
            .because("the program knows its commands; a command is found by it and knows it not");

    @ArchTest
    static final ArchRule the_model_is_no_reason_to_know_the_component = noClasses()
            .that()
            .resideInAnyPackage(
                    "dev.headgate.backpressure",
                    "dev.headgate.kafka",
                    "dev.headgate.sqs",
                    "dev.headgate.outbox",
                    "dev.headgate.polling",
                    "dev.headgate.schema",
                    "dev.headgate.decode",
                    "dev.headgate.failure")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.headgate.batch", "dev.headgate.job")
            .because("what a message is, is the ground floor, message; a component is known for what it does");

    @ArchTest
    static final ArchRule the_ground_floor_stands_on_nothing = noClasses()
            .that()
            .resideInAnyPackage("dev.headgate.message", "dev.headgate.failure", "dev.headgate.settings")
            .should()
            .dependOnClassesThat(resideInAnyPackage("dev.headgate.*..")
                    .and(resideOutsideOfPackages(
                            "dev.headgate.message", "dev.headgate.failure", "dev.headgate.settings")))
            .because("everybody may know the model, and so it may know nobody");

    @ArchTest
    static final ArchRule kafka_is_at_home_in_kafka = onlyIn(
                    "org.apache.kafka..",
                    "dev.headgate.kafka",
                    "dev.headgate.failure",
                    "dev.headgate.backpressure",
                    "dev.headgate.manage..",
                    "dev.headgate.cli.checks")
            .because("its clients are made, read and committed in one room; besides, failure knows which of its"
                    + " exceptions pass, a listener is told of its consumers, management shows their own metrics and asks"
                    + " brokers, and the check before a start does");

    @ArchTest
    static final ArchRule amazon_is_at_home_in_sqs_and_s3 = onlyIn(
                    "software.amazon..",
                    "dev.headgate.sqs",
                    "dev.headgate.s3",
                    "dev.headgate.failure",
                    "dev.headgate.manage",
                    "dev.headgate.cli.checks")
            .because(
                    "queues and objects have a room each; besides, failure reads the status of a refusal, and health and"
                            + " the check before a start ask for buckets");

    @ArchTest
    static final ArchRule sqs_and_s3_do_not_know_each_other = noClasses()
            .that()
            .resideInAnyPackage("dev.headgate.sqs", "dev.headgate.s3", "dev.headgate.kafka")
            .should(new ArchCondition<>("depend on the room of another server") {
                private static final Set<String> ROOMS =
                        Set.of("dev.headgate.sqs", "dev.headgate.s3", "dev.headgate.kafka");

                @Override
                public void check(JavaClass item, ConditionEvents events) {
                    item.getDirectDependenciesFromSelf().stream()
                            .filter(dependency ->
                                    ROOMS.contains(dependency.getTargetClass().getPackageName()))
                            .filter(dependency -> !dependency
                                    .getTargetClass()
                                    .getPackageName()
                                    .equals(item.getPackageName()))
                            .forEach(dependency ->
                                    events.add(SimpleConditionEvent.satisfied(item, dependency.getDescription())));
                }
            })
            .because("a source or a sink is added or taken away by itself");

    @ArchTest
    static final ArchRule micrometer_is_at_home_in_meters = onlyIn(
                    "io.micrometer..", "dev.headgate.manage.meters", "dev.headgate.database")
            .because("the meters are one table; besides, the pool of connections reports its own");

    @ArchTest
    static final ArchRule prometheus_is_at_home_in_meters =
            onlyIn("io.prometheus..", "dev.headgate.manage.meters").because("the meters are one table");

    @ArchTest
    static final ArchRule vertx_is_at_home_in_management =
            onlyIn("io.vertx..", "dev.headgate.manage").because("only the management server speaks HTTP to somebody");

    @ArchTest
    static final ArchRule open_telemetry_is_at_home_in_traces =
            onlyIn("io.opentelemetry..", "dev.headgate.manage.trace").because("a room has no traces of its own");

    @ArchTest
    static final ArchRule picocli_is_at_home_in_the_command_line =
            onlyIn("picocli..", "dev.headgate.cli..").because("what a command does can be done without one");

    @ArchTest
    static final ArchRule sql_is_where_the_tables_are = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "dev.headgate.batch",
                    "dev.headgate.database",
                    "dev.headgate.deadletter",
                    "dev.headgate.job",
                    "dev.headgate.ledger",
                    "dev.headgate.outbox",
                    "dev.headgate.position",
                    "dev.headgate.s3",
                    "dev.headgate.manage..",
                    "dev.headgate.failure",
                    "dev.headgate.app",
                    "dev.headgate.cli.command",
                    "dev.headgate.devservices..",
                    "dev.headgate.rehearsal..",
                    "dev.headgate.chaos..",
                    "dev.headgate.demo..",
                    "dev.headgate.bench..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "org.springframework.jdbc..", "org.postgresql..")
            .because(
                    "a statement stands in the room of its table; besides, batch begins the transaction, failure reads"
                            + " SQLSTATEs, the application binds the policy, management counts rows, and commands say that a table is missing");

    @ArchTest
    static final ArchRule parquet_is_at_home_in_s3 =
            onlyIn("org.apache.parquet..", "dev.headgate.s3").because("only objects have columns");

    @ArchTest
    static final ArchRule avro_is_at_home_in_decode =
            onlyIn("org.apache.avro..", "dev.headgate.decode").because("behind that step everything is JSON");

    @ArchTest
    static final ArchRule protobuf_is_at_home_in_decode =
            onlyIn("com.google.protobuf..", "dev.headgate.decode").because("behind that step everything is JSON");

    @ArchTest
    static final ArchRule protobuf_s_parser_is_at_home_in_decode =
            onlyIn("com.squareup..", "dev.headgate.decode").because("behind that step everything is JSON");

    @ArchTest
    static final ArchRule production_knows_no_embedded_server = noClasses()
            .that(resideOutsideOfPackages(ONLY_FOR_DEVELOPMENT))
            .should()
            .dependOnClassesThat(resideInAnyPackage(ONLY_FOR_DEVELOPMENT))
            .because("the embedded servers are on no production class path");

    @ArchTest
    static final ArchRule nothing_points_to_the_command_line = noClasses()
            .that(resideOutsideOfPackages(
                    Stream.concat(Stream.of("dev.headgate.cli.."), Stream.of(ONLY_FOR_DEVELOPMENT))
                            .toArray(String[]::new)))
            .should()
            .dependOnClassesThat(resideInAnyPackage("dev.headgate.cli.."))
            .because("the arrows go from the command line inwards");

    @ArchTest
    static final ArchRule only_the_command_line_and_the_application_know_all_rooms = noClasses()
            .that()
            .resideInAnyPackage(
                    "dev.headgate.message",
                    "dev.headgate.backpressure",
                    "dev.headgate.kafka",
                    "dev.headgate.sqs",
                    "dev.headgate.batch",
                    "dev.headgate.ledger",
                    "dev.headgate.deadletter",
                    "dev.headgate.job",
                    "dev.headgate.s3",
                    "dev.headgate.outbox",
                    "dev.headgate.position",
                    "dev.headgate.polling",
                    "dev.headgate.schema",
                    "dev.headgate.decode")
            .should()
            .dependOnClassesThat(
                    resideInAnyPackage("dev.headgate.app", "dev.headgate.settings", "dev.headgate.manage.."))
            .because("a component gets its values from its caller or its endpoint");

    @ArchTest
    static final ArchRule the_limit_is_plain_java = noClasses()
            .that()
            .resideInAnyPackage("dev.headgate.manage.slo")
            .or()
            .haveNameMatching(
                    ".*\\.(Inflight|InflightLimit|InflightCount|SourceInflight|Pauses|Accumulator|PartitionOffsets|ShardIsolation|StorableKey|OffsetSet|Tenure|LanePosition|JsonElement|Layout|Ndjson|Spill|CronSchedule|FetchAhead)")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(EDGES)
            .because("arithmetic has fast tests of its own");

    @ArchTest
    static final ArchRule backpressure_knows_no_client = noClasses()
            .that()
            .resideInAPackage("dev.headgate.backpressure")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "org.apache.camel.component..", "software.amazon..")
            .because("sources obey it, it does not know them");

    @ArchTest
    static final ArchRule settings_and_database_know_no_camel = noClasses()
            .that()
            .resideInAnyPackage("dev.headgate.settings", "dev.headgate.database")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(EDGES)
            .because("Camel's, Kafka's and Amazon's types stay at the edge of the rooms that need them");

    @ArchTest
    static final ArchRule no_wall_clock = noClasses()
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .because("time comes from an InstantSource, or, for durations, from nanoTime");

    @ArchTest
    static final ArchRule no_standard_output = noClasses()
            .that(resideOutsideOfPackages(ONLY_FOR_DEVELOPMENT))
            .and()
            .doNotHaveSimpleName("Main")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .because("standard output is for results, and the command line has a writer for them");

    @ArchTest
    static final ArchRule one_root_of_exceptions = classes()
            .that()
            .areAssignableTo(Exception.class)
            .and()
            .doNotHaveSimpleName("HeadgateException")
            .should()
            .beAssignableTo(HeadgateException.class)
            .because("a caller can catch all that Headgate throws");

    @ArchTest
    static final ArchRule data_sources_are_handed_in = methods()
            .that()
            .haveRawReturnType(DataSource.class)
            .should()
            .beDeclaredInClassesThat()
            .resideInAnyPackage(
                    "dev.headgate",
                    "dev.headgate.batch",
                    "dev.headgate.database",
                    "dev.headgate.devservices",
                    "dev.headgate.job",
                    "dev.headgate.outbox",
                    "dev.headgate.s3")
            .because("one pool serves the process; components find it all in the same way");

    @ArchTest
    static final ArchRule no_rooms_without_a_concept = noClasses()
            .should()
            .resideInAnyPackage("..util..", "..common..", "..impl..", "..helper..", "..manager..")
            .because("a package is named after what it is about");

    @ArchTest
    static final ArchRule null_is_marked = classes()
            .that()
            .resideInAPackage("dev.headgate..")
            .and()
            .haveNameNotMatching(".*(Configurer|UriFactory)")
            .should(new ArchCondition<>("be in a package that is @NullMarked") {
                @Override
                public void check(JavaClass item, ConditionEvents events) {
                    boolean marked = item.getPackage().isAnnotatedWith(NullMarked.class);
                    events.add(new SimpleConditionEvent(
                            item, marked, item.getPackageName() + " of " + item.getSimpleName()));
                }
            })
            .because("every package says in its package-info what it guarantees, and NullAway checks it");

    /** A technology has one home, and exceptions that can be named. */
    private static ClassesShouldConjunction onlyIn(String technology, String... rooms) {
        return noClasses()
                .that(resideOutsideOfPackages(Stream.concat(Stream.of(rooms), Stream.of(ONLY_FOR_DEVELOPMENT))
                        .toArray(String[]::new)))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(technology);
    }
}
