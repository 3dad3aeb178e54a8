package dev.headgate.settings;

import dev.headgate.ConfigurationException;
import dev.headgate.Finding;
import dev.headgate.Nearest;
import dev.headgate.settings.Settings.Value;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Collects the values of {@link Settings}, later ones over earlier ones, and checks Headgate's own. */
final class SettingsReader {

    private static final String PREFIX = "headgate.";

    private static final String BUILT_IN = "the built-in default";

    private static final Pattern NAME = Pattern.compile("[\\w.-]+");

    /** Variables of the launcher and of the log configuration. */
    private static final Set<String> NOT_PROPERTIES =
            Set.of("HEADGATE_JAVA_OPTS", "HEADGATE_LOG_LEVEL", "HEADGATE_LOG_FORMAT");

    /** What Kubernetes puts into every pod beside a service named headgate. */
    private static final Pattern SERVICE_LINK = Pattern.compile(
            "HEADGATE(_\\w+)?_(SERVICE_HOST|SERVICE_PORT(_\\w+)?|PORT(_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)");

    private final Map<String, Value> values;
    private final List<Finding> findings = new ArrayList<>();
    /** Of the files that were read, by their path. */
    private final Map<String, List<String>> lines = new HashMap<>();

    SettingsReader() {
        this(Map.of());
        for (SettingKey key : SettingKey.values()) {
            values.put(key.propertyName(), new Value(key.defaultValue(), BUILT_IN));
        }
        for (CamelDefault key : CamelDefault.values()) {
            values.put(key.propertyName(), new Value(key.defaultValue(), BUILT_IN));
        }
    }

    SettingsReader(Map<String, Value> initial) {
        values = new TreeMap<>(initial);
    }

    void readIfPresent(Path file) {
        if (Files.exists(file)) {
            read(file);
        }
    }

    void read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ConfigurationException(
                    "The configuration file " + file + " does not exist: name a properties file, or leave it out.");
        }
        Properties properties = new Properties();
        try {
            // Editors on Windows begin a file with a mark, which would be a part of the first name.
            String text = Files.readString(file).replaceFirst("^\uFEFF", "");
            lines.put(file.toString(), text.lines().toList());
            properties.load(new StringReader(text));
        } catch (CharacterCodingException | IllegalArgumentException e) {
            throw new ConfigurationException(
                    "The configuration file " + file + " is no properties file in UTF-8: " + e.getMessage() + ".", e);
        } catch (IOException e) {
            throw new ConfigurationException("The configuration file " + file + " cannot be read: " + e + ".", e);
        }
        for (String name : new TreeSet<>(properties.stringPropertyNames())) {
            put(name, properties.getProperty(name), file.toString());
        }
    }

    /** Names without a dot are left alone, lest {@code PATH} become the value of a property {@code path}. */
    void overrideFrom(Map<String, String> environment) {
        refuseUnknown(environment);
        for (String name : List.copyOf(values.keySet())) {
            for (String variable : variables(name)) {
                String value = environment.get(variable);
                if (value != null && name.contains(".")) {
                    put(name, value, "the environment variable " + variable);
                }
            }
        }
        new TreeMap<>(environment).forEach((variable, value) -> ComponentKeys.named(variable)
                .ifPresent(name -> put(spelled(name), value, "the environment variable " + variable)));
        refuseDanglingPlaceholders(environment);
    }

    /** As a file has it, if one does. */
    private String spelled(String name) {
        return values.keySet().stream()
                .filter(known -> CamelDefault.plain(known).equals(CamelDefault.plain(name)))
                .findFirst()
                .orElse(name);
    }

    /** Camel would, but show the value, which may be a password. Headgate's own keys are taken as they are. */
    private void refuseDanglingPlaceholders(Map<String, String> environment) {
        values.forEach((name, value) -> {
            if (!name.startsWith(PREFIX) && dangles(value.text(), environment)) {
                add(
                        value,
                        "%s in %s has a placeholder {{...}} without a value, or half a one"
                                .formatted(name, value.origin()),
                        "set what it names, or choose a value without {{ and }}, which Camel cannot take as they are.");
            }
        });
    }

    /** From the first end of one on, as Camel reads them. Functions, defaults and optional ones are Camel's to judge. */
    private boolean dangles(String text, Map<String, String> environment) {
        int end = text.indexOf("}}");
        if (end < 0) {
            return false;
        }
        int begin = text.lastIndexOf("{{", end);
        if (begin < 0) {
            return true;
        }
        String meant = text.substring(begin + 2, end);
        boolean known = !NAME.matcher(meant).matches()
                || values.containsKey(meant)
                || environment.containsKey(SettingKey.environmentName(meant))
                || System.getProperty(meant) != null;
        return !known || dangles(text.substring(0, begin) + text.substring(end + 2), environment);
    }

    /** Camel's keys have two spellings, so that {@code health-check-enabled} is {@code HEALTHCHECKENABLED} too. */
    private static List<String> variables(String name) {
        String other = name.startsWith("camel.") ? name.replaceAll("-(?=[^.]*$)", "") : name;
        return Stream.of(name, other)
                .map(SettingKey::environmentName)
                .distinct()
                .toList();
    }

    /** Blanks around a value are never meant, and at the end of a line never seen. */
    void put(String name, String text, String origin) {
        Value value = new Value(text.strip(), origin, line(name, origin));
        if (name.startsWith(PREFIX) && !fits(name, value)) {
            return;
        }
        Optional<String> unknown = CamelKeys.complaint(name);
        if (unknown.isPresent()) {
            add(value, "Unknown key " + name + " in " + origin, unknown.get());
            return;
        }
        values.put(CamelDefault.named(name).map(CamelDefault::propertyName).orElse(name), value);
        if (!value.text().isEmpty()) {
            Arrays.stream(CamelDefault.values())
                    .filter(key -> key.yieldsTo(name))
                    .forEach(key -> values.computeIfPresent(
                            key.propertyName(), (unused, kept) -> kept.origin().equals(BUILT_IN) ? null : kept));
        }
    }

    /** @throws ConfigurationException that says all that is wrong */
    Settings settings() {
        Finding.require(findings);
        return new Settings(values);
    }

    Settings.Checked checked() {
        return new Settings.Checked(new Settings(values), List.copyOf(findings));
    }

    private boolean fits(String name, Value value) {
        SettingKey key = SettingKey.named(name).orElse(null);
        if (key == null) {
            unknown(value, "key " + name + " in " + value.origin(), name, false);
            return false;
        }
        if (!key.form().accepts(value.text())) {
            add(
                    value,
                    "%s is '%s' in %s".formatted(name, value.text(), value.origin()),
                    "expected %s.".formatted(key.form().expected()));
            return false;
        }
        return true;
    }

    private void add(Value value, String what, String remedy) {
        findings.add(
                value.line() == 0
                        ? Finding.error("", 0, 0, what, remedy)
                        : Finding.error(
                                value.origin(), value.line(), 0, what.replace(" in " + value.origin(), ""), remedy));
    }

    /** Of two lines the last one counts; zero if it comes from no file. */
    private int line(String name, String origin) {
        List<String> written = lines.getOrDefault(origin, List.of());
        Pattern key = Pattern.compile("\\s*" + Pattern.quote(name) + "\\s*([=:\\s].*)?");
        for (int i = written.size(); i > 0; i--) {
            if (key.matcher(written.get(i - 1)).matches()) {
                return i;
            }
        }
        return 0;
    }

    private void refuseUnknown(Map<String, String> environment) {
        Set<String> known = new TreeSet<>(NOT_PROPERTIES);
        Arrays.stream(SettingKey.values()).map(SettingKey::environmentName).forEach(known::add);
        for (String variable : new TreeSet<>(environment.keySet())) {
            if (variable.startsWith("HEADGATE_")
                    && !known.contains(variable)
                    && !SERVICE_LINK.matcher(variable).matches()) {
                unknown(new Value("", ""), "environment variable " + variable, variable, true);
            }
        }
    }

    private void unknown(Value value, String what, String name, boolean variable) {
        List<String> known = Arrays.stream(SettingKey.values())
                .map(variable ? SettingKey::environmentName : SettingKey::propertyName)
                .toList();
        String remedy = Nearest.to(name, known)
                .map(near -> "did you mean " + near + "?")
                .orElse("known are " + String.join(", ", known) + ".");
        add(value, "Unknown " + what, remedy);
    }
}
