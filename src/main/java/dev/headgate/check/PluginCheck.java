package dev.headgate.check;

import dev.headgate.Finding;
import dev.headgate.message.StepName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.NoSuchLanguageException;
import org.apache.camel.model.DataFormatDefinition;
import org.apache.camel.model.ExpressionNode;
import org.apache.camel.model.MarshalDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.UnmarshalDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.jspecify.annotations.Nullable;

/** Finds data formats and languages of Camel that routes use, and whose jar is not on the class path. */
final class PluginCheck {

    /** Where a jar that is missing goes. */
    static final String REMEDY = "put its jar into the folder plugins; src/docs/plugins.md says how.";

    private final CamelContext context;

    PluginCheck(CamelContext context) {
        this.context = context;
    }

    List<Finding> findings(Collection<RouteDefinition> routes) {
        List<Finding> findings = new ArrayList<>();
        for (RouteDefinition route : routes) {
            Map<ProcessorDefinition<?>, String> missing = new LinkedHashMap<>();
            ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), MarshalDefinition.class)
                    .forEach(step -> dataFormat(step, step.getDataFormatType(), missing));
            ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), UnmarshalDefinition.class)
                    .forEach(step -> dataFormat(step, step.getDataFormatType(), missing));
            ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ExpressionNode.class)
                    .forEach(step -> language(step, missing));
            missing.forEach((step, what) -> findings.add(at(route, step, what + " is not on the class path")));
        }
        return findings;
    }

    private void dataFormat(
            ProcessorDefinition<?> step,
            @Nullable DataFormatDefinition format,
            Map<ProcessorDefinition<?>, String> missing) {
        String name = format == null ? null : format.getDataFormatName();
        if (name != null && PluginHelper.getDataFormatResolver(context).createDataFormat(name, context) == null) {
            missing.put(step, "the data format " + name);
        }
    }

    private void language(ExpressionNode step, Map<ProcessorDefinition<?>, String> missing) {
        String name = step.getExpression() == null ? null : step.getExpression().getLanguage();
        try {
            if (name != null) {
                PluginHelper.getLanguageResolver(context).resolveLanguage(name, context);
            }
        } catch (NoSuchLanguageException e) {
            missing.put(step, "the language " + name);
        }
    }

    private static Finding at(RouteDefinition route, ProcessorDefinition<?> step, String what) {
        Resource file = route.getResource();
        String location = file == null ? "" : file.getLocation().replaceFirst("^file:", "");
        return Finding.error(location, Math.max(0, StepName.line(file, step)), 0, what, REMEDY);
    }
}
