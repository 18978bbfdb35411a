"""When an office serves: closed days and maintenance."""
