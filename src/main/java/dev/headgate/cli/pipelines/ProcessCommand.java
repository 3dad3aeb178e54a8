package dev.headgate.cli.pipelines;

import dev.headgate.HeadgateException;
import dev.headgate.Nearest;
import dev.headgate.cli.command.Command;
import dev.headgate.cli.command.JsonText;
import dev.headgate.cli.command.RunningProcess;
import dev.headgate.cli.command.SettingsOptions;
import dev.headgate.manage.ManagementAccess;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What commands about a running process share: the settings, and the process that they lead to. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
abstract class ProcessCommand implements Command {

    static final JsonText JSON = new JsonText();

    @Mixin
    private SettingsOptions options;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public final Integer call() {
        checkUsage();
        return run(new RunningProcess(ManagementAccess.of(options.load())));
    }

    /** Says what is wrong with the arguments, before anybody is asked. */
    void checkUsage() {}

    /** Returns the exit code. */
    abstract int run(RunningProcess process);

    CommandSpec spec() {
        return spec;
    }

    boolean asJson() {
        return json;
    }

    void print(String text) {
        spec.commandLine().getOut().print(text);
        spec.commandLine().getOut().flush();
    }

    void say(String line) {
        spec.commandLine().getErr().println(line);
    }

    /** The pipeline of this name, as it is now. */
    static PipelineInfo pipeline(RunningProcess process, String name) {
        return pipeline(PipelineInfo.all(process.status()), name);
    }

    static PipelineInfo pipeline(List<PipelineInfo> all, String name) {
        List<String> names = all.stream().map(PipelineInfo::name).toList();
        return all.stream()
                .filter(pipeline -> pipeline.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new HeadgateException("No pipeline " + name + " runs there"
                        + Nearest.to(name, names)
                                .map(near -> ": did you mean " + near + "?")
                                .orElse(names.isEmpty() ? "." : ": there are " + String.join(", ", names) + ".")));
    }
}
