/* A program in place of the CLI. Notes when it was started, shakes hands, and answers the first message with LINES
   lines, PAUSE_US apart, each with the time of its writing (CLOCK_MONOTONIC, ns). Ends with its input. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifndef LINES
#define LINES 1
#endif
#ifndef PAUSE_US
#define PAUSE_US 0
#endif

static long long now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static void value_of(const char *line, const char *name, char *value, size_t size) {
    const char *found = strstr(line, name);
    value[0] = 0;
    if (!found || !(found = strchr(found + strlen(name), ':')) || !(found = strchr(found, '"'))) return;
    size_t length = strcspn(++found, "\"");
    if (length >= size) length = size - 1;
    memcpy(value, found, length);
    value[length] = 0;
}

static void say(const char *line) {
    puts(line);
    fflush(stdout);
}

static void answer(const char *input) {
    char *all = malloc(LINES * 64 + 1), *end = all;
    printf("{\"type\":\"command_lifecycle\",\"command_uuid\":\"%s\",\"state\":\"started\"}\n", input);
    say("{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"s\",\"model\":\"m\",\"uuid\":\"u1\"}");
    say("{\"type\":\"stream_event\",\"event\":{\"type\":\"message_start\",\"message\":{\"id\":\"m1\",\"model\":\"m\","
        "\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}}}");
    say("{\"type\":\"stream_event\",\"event\":{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{}}}");
    for (int number = 1; number <= LINES; number++) {
        char line[64];
        sprintf(line, "%d %lld\\n", number, now());
        end += sprintf(end, "%s", line);
        printf("{\"type\":\"stream_event\",\"event\":{\"type\":\"content_block_delta\",\"index\":0,"
               "\"delta\":{\"type\":\"text_delta\",\"text\":\"%s\"}}}\n", line);
        fflush(stdout);
        if (PAUSE_US) usleep(PAUSE_US);
    }
    printf("{\"type\":\"assistant\",\"uuid\":\"u2\",\"message\":{\"id\":\"m1\",\"model\":\"m\","
           "\"content\":[{\"type\":\"text\",\"text\":\"%s\"}]}}\n", all);
    printf("{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"done\",\"num_turns\":1,"
           "\"total_cost_usd\":0,\"usage\":{},\"uuid\":\"u3\"}\n");
    printf("{\"type\":\"command_lifecycle\",\"command_uuid\":\"%s\",\"state\":\"completed\"}\n", input);
    say("{\"type\":\"system\",\"subtype\":\"session_state_changed\",\"state\":\"idle\"}");
    free(all);
}

int main(void) {
    long long started = now();
    static char line[1 << 20];
    char id[128];
#ifdef STAMPS
    int file = open(STAMPS, O_WRONLY | O_APPEND | O_CREAT, 0600);
    dprintf(file, "%lld\n", started);
    close(file);
#endif
    (void)started;
    while (fgets(line, sizeof line, stdin)) {
        if (strstr(line, "\"control_request\"")) {
            value_of(line, "\"request_id\"", id, sizeof id);
            printf("{\"type\":\"control_response\",\"response\":{\"subtype\":\"success\",\"request_id\":\"%s\","
                   "\"response\":{\"hook_on_failure_supported\":true}}}\n", id);
            fflush(stdout);
        } else if (strstr(line, "\"role\"")) {
            value_of(line, "\"uuid\"", id, sizeof id);
            answer(id);
        }
    }
    return 0;
}
