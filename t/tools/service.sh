# service.sh - sourced after lib.sh by tests of application services.
#
# service ID USERS ALIASES [ROOMS]
#                        writes a registration: tokens as_ID and hs_ID, sender
#                        ID_bot, exclusive namespaces; url is $service_url
service() {
	cat <<-END
	id: $1
	url: ${service_url-http://127.0.0.1:9}
	as_token: as_$1
	hs_token: hs_$1
	sender_localpart: ${1}_bot
	rate_limited: false
	namespaces:
	  users:
	    - exclusive: true
	      regex: '$2'
	  aliases:
	    - exclusive: true
	      regex: '$3'
	END
	[ -z "${4-}" ] || printf "  rooms:\n    - exclusive: false\n      regex: '%s'\n" "$4"
}
