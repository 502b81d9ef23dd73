//! The command line: clap types, one file per subcommand, output formats, exit codes.
