package dev.headgate.manage;

import java.util.List;
import java.util.Set;
import javax.management.ObjectName;
import org.jolokia.server.core.service.api.Restrictor;
import org.jolokia.server.core.util.HttpMethod;
import org.jolokia.server.core.util.RequestType;

/**
 * All that can be done over HTTP: the operations and attributes that are named here, of MBeans of Camel's domain, one at a
 * time. An operation that can be given an endpoint, a body or a route is none of them, for that would be anything.
 */
final class JolokiaPermissions implements Restrictor {

    private static final Set<RequestType> TYPES = Set.of(
            RequestType.READ,
            RequestType.LIST,
            RequestType.SEARCH,
            RequestType.VERSION,
            RequestType.EXEC,
            RequestType.WRITE);

    /** What is shown or done by some MBeans of Camel's domain: those of a type whose name begins so. */
    private record Members(String type, String beginning, Set<String> names) {

        boolean have(ObjectName mbean, String member) {
            String name = mbean.getKeyProperty("name");
            return type.equals(mbean.getKeyProperty("type"))
                    && name != null
                    && (name.startsWith("\"" + beginning) || name.startsWith(beginning))
                    && names.contains(member);
        }
    }

    /** What shows something and changes nothing; Hawtio draws its diagrams by these. */
    private static final List<Members> LOOKS = List.of(
            new Members(
                    "context",
                    "",
                    Set.of(
                            "dumpRoutesAsXml",
                            "dumpRoutesAsYaml",
                            "dumpRoutesStatsAsXml",
                            "dumpRouteStatsAsJSon",
                            "dumpStepStatsAsXml",
                            "componentNames",
                            "routeIds")),
            new Members(
                    "routes",
                    "",
                    Set.of(
                            "dumpRouteAsXml",
                            "dumpRouteAsYaml",
                            "dumpRouteStatsAsXml",
                            "dumpRouteStatsAsJSon",
                            "dumpStepStatsAsXml",
                            "dumpRouteSourceLocationsAsXml",
                            "dumpStatsAsXml",
                            "dumpStatsAsJSon",
                            "isUpdateRouteEnabled",
                            "processorIds")),
            new Members("processors", "", Set.of("dumpProcessorAsXml", "dumpStatsAsXml", "dumpStatsAsJSon")));

    /** What a person decides who runs it. */
    private static final List<Members> DEEDS = List.of(
            new Members("services", "Pipeline-", Set.of("pause", "resume")),
            new Members("services", "Routes", Set.of("reload")),
            new Members("services", "DeadLetters", Set.of("replay", "discard", "replayLetter", "discardLetter")),
            new Members("routes", "", Set.of("start", "stop", "suspend", "resume", "reset")),
            new Members("processors", "", Set.of("reset")),
            new Members("context", "", Set.of("reset")));

    private static final List<Members> SETTERS = List.of(
            new Members("services", "Pipeline-", Set.of("MaxRate")),
            new Members("services", "Inflight", Set.of("MaxMessages", "MaxBytes")),
            new Members("services", "batch:", Set.of("MaxRejected")),
            new Members("processors", "", Set.of("MaximumRequests", "TimePeriodMillis")));

    /** The class path is harmless; these hold what the command line has been told. */
    private static final Set<String> HIDDEN = Set.of("SystemProperties", "InputArguments");

    private final boolean writes;

    /** @param writes whether something may be changed at all */
    JolokiaPermissions(boolean writes) {
        this.writes = writes;
    }

    @Override
    public boolean isTypeAllowed(RequestType type) {
        return TYPES.contains(type);
    }

    @Override
    public boolean isAttributeReadAllowed(ObjectName name, String attribute) {
        return !HIDDEN.contains(attribute);
    }

    @Override
    public boolean isAttributeWriteAllowed(ObjectName name, String attribute) {
        return writes && names(SETTERS, name, attribute);
    }

    /** @param operation with or without the types of its parameters: all of one name do the same */
    @Override
    public boolean isOperationAllowed(ObjectName name, String operation) {
        String bare = operation.replaceFirst("\\(.*", "").strip();
        return names(LOOKS, name, bare) || (writes && names(DEEDS, name, bare));
    }

    /** A pattern would be checked once and stand for MBeans of which nobody has asked. */
    private static boolean names(List<Members> named, ObjectName mbean, String member) {
        return !mbean.isPattern()
                && mbean.getDomain().equals("org.apache.camel")
                && named.stream().anyMatch(members -> members.have(mbean, member));
    }

    @Override
    public boolean isHttpMethodAllowed(HttpMethod method) {
        return true;
    }

    /** Who may ask is decided before, by the management server. */
    @Override
    public boolean isRemoteAccessAllowed(String... hostOrAddress) {
        return true;
    }

    @Override
    public boolean isOriginAllowed(String origin, boolean onlyWhenStrictCheckingIsEnabled) {
        return false;
    }

    @Override
    public boolean isObjectNameHidden(ObjectName name) {
        return false;
    }
}
