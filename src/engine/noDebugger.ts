/**
 * Must be imported before llama.cpp is loaded. Where it ends the process (a failed assertion, an exception that nothing catches), it
 * starts gdb or lldb for a backtrace. A process that is being debugged stands still for seconds, so the host would take a crash
 * for a hang; and it is no program that a user has asked for.
 */
process.env["GGML_NO_BACKTRACE"] = "1";
