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
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.NullMarked;

/** The rooms and the arrows between them. */
@AnalyzeClasses(packages = "dev.headgate", importOptions = ArchitectureTest.NoTests.class)
class ArchitectureTest {

    private static final String[] ONLY_FOR_DEVELOPMENT = {
        "dev.headgate.devservices..", "dev.headgate.demo..", "dev.headgate.bench.."
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
                    "dev.headgate.polling",
                    "dev.headgate.schema")
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
                    ".*\\.(Inflight|InflightLimit|InflightCount|SourceInflight|Pauses|Accumulator|PartitionOffsets|Delivery|ShardIsolation|StorableKey|JsonElement|Layout|Ndjson|Spill|CronSchedule|FetchAhead)")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(EDGES)
            .because("arithmetic has fast tests of its own");

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
                    "dev.headgate.database", "dev.headgate.devservices", "dev.headgate.job", "dev.headgate.outbox")
            .because("one pool serves the process");

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
}
