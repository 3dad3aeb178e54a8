package dev.headgate.bench;

import dev.headgate.bench.Second.Phase;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Function;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.CombinedDomainXYPlot;
import org.jfree.chart.plot.IntervalMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.ui.Layer;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;

/** The curves of a spike above one another, on one time axis, the spike shaded. */
final class SpikePlot {
    private static final Dimension SIZE = new Dimension(900, 1000);
    private static final Color SHADE = new Color(0xF4, 0xE3, 0xC1);
    private static final Color GREY = new Color(0x8C, 0x8C, 0x8C);
    private static final Color BLUE = new Color(0x1F, 0x77, 0xB4);
    private static final Color RED = new Color(0xD6, 0x27, 0x28);
    private static final Color GREEN = new Color(0x2C, 0xA0, 0x2C);
    private static final Color PURPLE = new Color(0x94, 0x67, 0xBD);
    private static final Color ORANGE = new Color(0xE0, 0x7B, 0x00);
    private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 16);
    private static final Font LABEL = new Font(Font.SANS_SERIF, Font.PLAIN, 12);

    /** One line of a chart. */
    private record Curve(String name, Color colour, Function<Second, @Nullable Number> value) {}

    private final List<Second> seconds;

    SpikePlot(List<Second> seconds) {
        this.seconds = seconds;
    }

    /** The text of an SVG file. */
    String svg() {
        // No display is needed, and on a machine without one AWT has to be told.
        System.setProperty("java.awt.headless", "true");
        var graphics = new SVGGraphics2D(document());
        graphics.setSVGCanvasSize(SIZE);
        chart().draw(graphics, new Rectangle2D.Double(0, 0, SIZE.width, SIZE.height));
        var text = new StringWriter();
        try {
            graphics.stream(text, true);
        } catch (IOException failure) {
            throw new UncheckedIOException("The plot cannot be written as SVG", failure);
        }
        return text.toString();
    }

    private JFreeChart chart() {
        var time = new NumberAxis("seconds since the load began");
        time.setRange(0, seconds.size());
        time.setStandardTickUnits(NumberAxis.createIntegerTickUnits());
        var charts = new CombinedDomainXYPlot(time);
        charts.setGap(16);
        charts.add(chart(
                "rate, messages/s",
                new Curve("produced/s", GREY, Second::producedPerSecond),
                new Curve("applied/s", BLUE, Second::appliedPerSecond)));
        charts.add(chart("lag, messages", new Curve("lag", RED, Second::lag)));
        charts.add(chart("inflight, messages", new Curve("inflight", GREEN, Second::inflight)));
        charts.add(chart("batch, messages", new Curve("batch size (median)", PURPLE, Second::batchSize)));
        charts.add(chart("freshness, ms", new Curve("freshness p99", ORANGE, Second::freshnessP99Millis)));
        var chart = new JFreeChart("Headgate under a spike (shaded)", TITLE, charts, true);
        chart.setBackgroundPaint(Color.WHITE);
        chart.getLegend().setItemFont(LABEL);
        return chart;
    }

    private XYPlot chart(String label, Curve... curves) {
        var values = new NumberAxis(label);
        values.setAutoRangeIncludesZero(true);
        values.setLabelFont(LABEL);
        var data = new XYSeriesCollection();
        var lines = new XYLineAndShapeRenderer(true, false);
        for (Curve curve : curves) {
            lines.setSeriesPaint(data.getSeriesCount(), curve.colour());
            lines.setSeriesStroke(data.getSeriesCount(), new BasicStroke(2));
            data.addSeries(series(curve));
        }
        var plot = new XYPlot(data, null, values, lines);
        plot.setBackgroundPaint(Color.WHITE);
        plot.setDomainGridlinePaint(Color.LIGHT_GRAY);
        plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
        shade(plot);
        return plot;
    }

    private XYSeries series(Curve curve) {
        var series = new XYSeries(curve.name());
        seconds.forEach(second -> series.add(second.second(), curve.value().apply(second)));
        return series;
    }

    private void shade(XYPlot plot) {
        var spike = seconds.stream()
                .filter(second -> second.phase() == Phase.SPIKE)
                .mapToInt(Second::second)
                .summaryStatistics();
        if (spike.getCount() > 0) {
            plot.addDomainMarker(new IntervalMarker(spike.getMin() - 1, spike.getMax(), SHADE), Layer.BACKGROUND);
        }
    }

    private static Document document() {
        try {
            return DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .getDOMImplementation()
                    .createDocument("http://www.w3.org/2000/svg", "svg", null);
        } catch (ParserConfigurationException impossible) {
            throw new IllegalStateException("The JDK's own XML documents cannot be used", impossible);
        }
    }
}
