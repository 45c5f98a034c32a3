/** The command line. */
module dev.clipjet.cli {
    requires dev.clipjet.convert;
    requires dev.clipjet.core;
    requires dev.clipjet.json;
    requires dev.clipjet.engine;
    requires dev.clipjet.kernels.cpu;
    requires dev.clipjet.kernels.cuda;
    requires static dev.clipjet.ptx.emulator;
    requires ch.qos.logback.classic;
    requires ch.qos.logback.core;
    requires com.fasterxml.jackson.databind;
    requires info.picocli;
    requires java.desktop;
    requires org.slf4j;
    requires me.tongfei.progressbar;

    // picocli reads the annotated fields.
    opens dev.clipjet.cli to
            info.picocli;

    provides ch.qos.logback.classic.spi.Configurator with
            dev.clipjet.cli.StderrLogging;
}
