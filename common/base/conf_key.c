/*
 * conf_key.c - the keys of the configuration file: where each stands, who
 * understands its value and within which bounds.
 */
#include "base/conf_key.h"
#include "base/conf_value.h"

#define COUNT(a)	(sizeof(a) / sizeof(a)[0])
#define K		1024u
#define M		(1024u * K)

/* Room for a socket's name behind run_dir in struct sockaddr_un. */
#define RUN_DIR_MAX	80
#define PATH_MAX_	180
#define NAME_MAX_	230	/* appendices, "Server Name" */

#define AT(member)	offsetof(struct conf, member)
#define RATE(class)	\
	{ "limits", #class, set_limit, AT(limit[LIMIT_##class]), 0, 0, false }
#define UIA(endpoint)	\
	{ "uia", #endpoint, set_flows, AT(flows[FLOWS_##endpoint]), 0, 0, false }
#define KEY(section, name, set, member, least, most)	\
	{ section, name, set, AT(member), least, most, false }

const struct key conf_keys[] = {
	KEY("server", "name", set_server_name, server_name, 1, NAME_MAX_),
	KEY("server", "base_url", set_url, base_url, 1, PATH_MAX_),
	KEY("server", "delegate", set_server_name, delegate, 1, NAME_MAX_),
	KEY("server", "data_dir", set_directory, data_dir, 1, PATH_MAX_),
	KEY("server", "run_dir", set_directory, run_dir, 1, RUN_DIR_MAX),
	KEY("server", "trusted_proxy", set_address, trusted_proxy, 1, 64),
	KEY("server", "log_level", set_log_level, log_level, 0, 0),
	KEY("server", "confine", set_yes, confine, 0, 0),
	KEY("server", "idle_exit", set_time, idle_exit_ms, 0, 86400000),
	KEY("server", "admin_api", set_yes, admin_api, 0, 0),
	KEY("store", "durability", set_durability, durability, 0, 0),
	KEY("accounts", "registration", set_open, registration, 0, 0),
	KEY("accounts", "guests", set_yes, guests, 0, 0),
	KEY("accounts", "profile_lookup", set_profile_lookup, profile_lookup,
	    0, 0),
	KEY("accounts", "find_everybody", set_yes, find_everybody, 0, 0),
	KEY("accounts", "reserved", set_words, reserved, 0, 0),
	KEY("accounts", "password_min", set_number, password_min, 1, 512),
	{ "accounts", "password_needs", set_password_needs, 0, 0, 0, false },
	KEY("accounts", "access_token_life", set_span, access_token_ms, 1, 0),
	KEY("accounts", "refresh_token_life", set_span, refresh_token_ms, 0, 0),
	KEY("accounts", "login_token_life", set_span, login_token_ms, 1, 0),
	KEY("accounts", "tell_addresses", set_yes, tell_addresses, 0, 0),
	KEY("accounts", "next_links", set_urls, next_links, 0, 0),
	KEY("accounts", "password_log_n", set_number, password_cost.log_n, 1, 24),
	KEY("accounts", "password_r", set_number, password_cost.r, 1, 64),
	KEY("accounts", "password_p", set_number, password_cost.p, 1, 64),
	KEY("accounts", "hash_workers", set_number, hash_workers, 1, 64),
	UIA(register), UIA(password), UIA(reset), UIA(add_3pid), UIA(deactivate),
	UIA(login_token),
	UIA(delete_devices),
	UIA(signing_keys),
	{ "terms", "policy", set_policy, AT(policies), 0, 0, true },
	KEY("recaptcha", "public_key", set_text, recaptcha_public_key, 1, 200),
	KEY("recaptcha", "secret", set_text, recaptcha_secret, 1, 200),
	KEY("recaptcha", "verify_url", set_url, recaptcha_verify_url, 1, 200),
	KEY("recaptcha", "script_url", set_url, recaptcha_script_url, 1, 200),
	KEY("sso", "clients", set_clients, sso_clients, 0, 0),
	KEY("sso", "schemes", set_schemes, sso_schemes, 0, 0),
	KEY("mail", "from", set_text, mail_from, 3, 255),
	KEY("mail", "command", set_command, mail_command, 2, 255),
	KEY("mail", "smtp", set_smtp, mail_smtp, 1, 255),
	KEY("mail", "user", set_text, mail_user, 1, 255),
	KEY("mail", "password_file", set_command, mail_password_file, 2, 255),
	KEY("mail", "notify_after", set_span, notify_after_ms, 1, 0),
	KEY("mail", "notify_pause", set_span, notify_pause_ms, 1, 0),
	KEY("mail", "notify_pause_max", set_span, notify_pause_max_ms, 1, 0),
	KEY("msisdn", "command", set_command, msisdn_command, 2, 255),
	KEY("identity", "servers", set_words, id_servers, 0, 0),
	KEY("outbound", "allow", set_networks, outbound_allow, 0, 0),
	KEY("outbound", "ca_file", set_command, outbound_ca_file, 2, 255),
	KEY("outbound", "timeout", set_time, outbound_ms, 1, 600000),
	KEY("rooms", "version", set_text, room_version, 1, 32),
	KEY("rooms", "version_2015", set_text, room_version_2015, 1, 32),
	KEY("media", "directory", set_directory, media_dir, 1, PATH_MAX_),
	KEY("media", "upload_max", set_amount, upload_max, 1, 0),
	KEY("media", "quota", set_amount, media_quota, 0, 0),
	KEY("media", "quota_files", set_number, media_quota_files, 0,
	    1000000000),
	KEY("media", "pending", set_number, media_pending, 0, 10000),
	KEY("media", "unused_life", set_span, media_unused_ms, 1, 0),
	KEY("media", "frozen", set_frozen, media_frozen_at, 0, 0),
	KEY("media", "handover", set_handover, media_handover, 0, 0),
	KEY("media", "delete_redacted", set_yes, media_delete_redacted, 0, 0),
	KEY("media", "thumbnailers", set_number, thumbnailers, 1, 64),
	KEY("retention", "enabled", set_yes, retention, 0, 0),
	KEY("retention", "max_lifetime", set_span, retention_ms, 0, 0),
	KEY("retention", "least", set_span, retention_least_ms, 1, 0),
	KEY("retention", "most", set_span, retention_most_ms, 0, 0),
	KEY("preview", "enabled", set_yes, preview, 0, 0),
	KEY("preview", "deny", set_words, preview_deny, 0, 0),
	KEY("preview", "ports", set_ports, preview_ports, 0, 0),
	KEY("preview", "fresh_life", set_span, preview_fresh_ms, 1, 0),
	KEY("preview", "life", set_span, preview_kept_ms, 1, 0),
	KEY("preview", "entries", set_number, preview_entries, 1, 10000000),
	KEY("preview", "space", set_amount, preview_space, 0, 0),
	KEY("preview", "page_max", set_size, preview_page_max, 1 * K, 16 * M),
	KEY("preview", "picture_max", set_size, preview_picture_max, 0,
	    256 * M),
	KEY("turn", "uris", set_turn_uris, turn_uris, 0, 0),
	KEY("turn", "secret", set_verbatim, turn_secret, 1, 255),
	KEY("turn", "username", set_verbatim, turn_username, 1, 255),
	KEY("turn", "password", set_verbatim, turn_password, 1, 255),
	KEY("turn", "credentials_life", set_span, turn_ms, 1, 0),
	KEY("turn", "guests", set_yes, turn_guests, 0, 0),
	{ "support", "contact", set_contact, AT(contacts), 0, 0, true },
	KEY("support", "page", set_url, support_page, 1, 180),
	KEY("notices", "user", set_localpart, notices_user, 1, 200),
	KEY("notices", "name", set_verbatim, notices_name, 1, 100),
	KEY("appservices", "registration", set_paths, registrations, 0, 0),
	KEY("presence", "enabled", set_yes, presence, 0, 0),
	KEY("presence", "idle_after", set_time, presence_idle_ms, 5, 86400000),
	KEY("presence", "offline_after", set_time, presence_offline_ms, 1,
	    3600000),
	KEY("limits", "enabled", set_yes, limits, 0, 0),
	RATE(login), RATE(register), RATE(send), RATE(join), RATE(invite),
	RATE(create), RATE(check), RATE(refresh), RATE(mail), RATE(account),
	RATE(report), RATE(identity), RATE(mark),
	RATE(login_account), RATE(guess), RATE(guess_account),
	RATE(mail_address), RATE(profile), RATE(to_device), RATE(keys),
	RATE(upload), RATE(preview),
	KEY("serve", "body_max", set_size, body_max, 64 * K, 256 * M),
	KEY("serve", "memory_max", set_size, memory_max, 1 * M, 2048 * M),
	KEY("serve", "receive_timeout", set_time, receive_ms, 1, 600000),
	KEY("serve", "send_timeout", set_time, send_ms, 1, 600000),
	KEY("serve", "wait_max", set_time, wait_max_ms, 0, 600000),
	KEY("serve", "to_device_max", set_amount, to_device_max, 1, 0),
	KEY("serve", "user_waiters", set_number, user_waiters, 1, 100000),
	KEY("serve", "cgi_waiters", set_number, cgi_waiters, 0, 1000),
	KEY("serve", "cgi_wait_max", set_time, cgi_wait_max_ms, 0, 600000),
	KEY("serve", "processes_rooms", set_number, processes_rooms, 1, 64),
	KEY("serve", "processes_events", set_number, processes_events, 1, 64),
};
_Static_assert(COUNT(conf_keys) == CONF_KEYS, "conf_key.h counts them");
_Static_assert(LIMIT__MAX == 23, "a key for each rate class");
