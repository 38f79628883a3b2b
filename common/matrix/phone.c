/*
 * phone.c - telephone numbers as people dial them in their countries (ITU-T
 * E.164 and its list of country codes, ISO 3166-1 alpha-2).
 */
#include <string.h>

#include "matrix/threepid.h"

#define COUNT(a)	(sizeof(a) / sizeof(*(a)))
#define DIGITS		"0123456789"
#define LEAST		7	/* digits of the shortest number of a person */

/*
 * What is dialled before a number of another town (trunk) or country (abroad);
 * NULL: nothing, and 00, which everybody understands anyway.  length: of a
 * number without its trunk prefix, where that is needed to tell the prefix
 * from the beginning of a number; 0: it can be told.
 */
struct country {
	const char	*name;
	const char	*code;
	const char	*trunk;
	const char	*abroad;
	unsigned	 length;
};

#define NANP(name)	{ name, "1", "1", "011", 10 }

static const struct country countries[] = {
	{ "AC", "247", NULL, NULL, 0 }, { "AD", "376", NULL, NULL, 0 },
	{ "AE", "971", "0", NULL, 0 }, { "AF", "93", "0", NULL, 0 },
	NANP("AG"), NANP("AI"),
	{ "AL", "355", "0", NULL, 0 }, { "AM", "374", "0", NULL, 0 },
	{ "AO", "244", NULL, NULL, 0 }, { "AR", "54", "0", NULL, 0 },
	NANP("AS"),
	{ "AT", "43", "0", NULL, 0 }, { "AU", "61", "0", "0011", 0 },
	{ "AW", "297", NULL, NULL, 0 }, { "AX", "358", "0", NULL, 0 },
	{ "AZ", "994", "0", NULL, 0 }, { "BA", "387", "0", NULL, 0 },
	NANP("BB"),
	{ "BD", "880", "0", NULL, 0 }, { "BE", "32", "0", NULL, 0 },
	{ "BF", "226", NULL, NULL, 0 }, { "BG", "359", "0", NULL, 0 },
	{ "BH", "973", NULL, NULL, 0 }, { "BI", "257", NULL, NULL, 0 },
	{ "BJ", "229", NULL, NULL, 0 }, { "BL", "590", "0", NULL, 0 },
	NANP("BM"),
	{ "BN", "673", NULL, NULL, 0 }, { "BO", "591", "0", NULL, 0 },
	{ "BQ", "599", NULL, NULL, 0 }, { "BR", "55", "0", NULL, 0 },
	NANP("BS"),
	{ "BT", "975", NULL, NULL, 0 }, { "BW", "267", NULL, NULL, 0 },
	{ "BY", "375", "80", "810", 9 }, { "BZ", "501", NULL, NULL, 0 },
	NANP("CA"),
	{ "CC", "61", "0", "0011", 0 }, { "CD", "243", "0", NULL, 0 },
	{ "CF", "236", NULL, NULL, 0 }, { "CG", "242", NULL, NULL, 0 },
	{ "CH", "41", "0", NULL, 0 }, { "CI", "225", NULL, NULL, 0 },
	{ "CK", "682", NULL, NULL, 0 }, { "CL", "56", "0", NULL, 0 },
	{ "CM", "237", NULL, NULL, 0 }, { "CN", "86", "0", NULL, 0 },
	{ "CO", "57", "0", NULL, 0 }, { "CR", "506", NULL, NULL, 0 },
	{ "CU", "53", "0", "119", 0 }, { "CV", "238", NULL, NULL, 0 },
	{ "CW", "599", NULL, NULL, 0 }, { "CX", "61", "0", "0011", 0 },
	{ "CY", "357", NULL, NULL, 0 }, { "CZ", "420", NULL, NULL, 0 },
	{ "DE", "49", "0", NULL, 0 }, { "DJ", "253", NULL, NULL, 0 },
	{ "DK", "45", NULL, NULL, 0 },
	NANP("DM"), NANP("DO"),
	{ "DZ", "213", "0", NULL, 0 }, { "EC", "593", "0", NULL, 0 },
	{ "EE", "372", NULL, NULL, 0 }, { "EG", "20", "0", NULL, 0 },
	{ "EH", "212", "0", NULL, 0 }, { "ER", "291", "0", NULL, 0 },
	{ "ES", "34", NULL, NULL, 0 }, { "ET", "251", "0", NULL, 0 },
	{ "FI", "358", "0", NULL, 0 }, { "FJ", "679", NULL, NULL, 0 },
	{ "FK", "500", NULL, NULL, 0 }, { "FM", "691", NULL, NULL, 0 },
	{ "FO", "298", NULL, NULL, 0 }, { "FR", "33", "0", NULL, 0 },
	{ "GA", "241", "0", NULL, 0 }, { "GB", "44", "0", NULL, 0 },
	NANP("GD"),
	{ "GE", "995", "0", NULL, 0 }, { "GF", "594", "0", NULL, 0 },
	{ "GG", "44", "0", NULL, 0 }, { "GH", "233", "0", NULL, 0 },
	{ "GI", "350", NULL, NULL, 0 }, { "GL", "299", NULL, NULL, 0 },
	{ "GM", "220", NULL, NULL, 0 }, { "GN", "224", NULL, NULL, 0 },
	{ "GP", "590", "0", NULL, 0 }, { "GQ", "240", NULL, NULL, 0 },
	{ "GR", "30", NULL, NULL, 0 }, { "GT", "502", NULL, NULL, 0 },
	NANP("GU"),
	{ "GW", "245", NULL, NULL, 0 }, { "GY", "592", NULL, "001", 0 },
	{ "HK", "852", NULL, "001", 0 }, { "HN", "504", NULL, NULL, 0 },
	{ "HR", "385", "0", NULL, 0 }, { "HT", "509", NULL, NULL, 0 },
	{ "HU", "36", "06", NULL, 0 }, { "ID", "62", "0", "001", 0 },
	{ "IE", "353", "0", NULL, 0 }, { "IL", "972", "0", NULL, 0 },
	{ "IM", "44", "0", NULL, 0 }, { "IN", "91", "0", NULL, 0 },
	{ "IO", "246", NULL, NULL, 0 }, { "IQ", "964", "0", NULL, 0 },
	{ "IR", "98", "0", NULL, 0 }, { "IS", "354", NULL, NULL, 0 },
	{ "IT", "39", NULL, NULL, 0 }, { "JE", "44", "0", NULL, 0 },
	NANP("JM"),
	{ "JO", "962", "0", NULL, 0 }, { "JP", "81", "0", "010", 0 },
	{ "KE", "254", "0", "000", 0 }, { "KG", "996", "0", NULL, 0 },
	{ "KH", "855", "0", "001", 0 }, { "KI", "686", NULL, NULL, 0 },
	{ "KM", "269", NULL, NULL, 0 },
	NANP("KN"),
	{ "KP", "850", "0", NULL, 0 }, { "KR", "82", "0", "001", 0 },
	{ "KW", "965", NULL, NULL, 0 },
	NANP("KY"),
	{ "KZ", "7", "8", "810", 10 }, { "LA", "856", "0", NULL, 0 },
	{ "LB", "961", "0", NULL, 0 },
	NANP("LC"),
	{ "LI", "423", NULL, NULL, 0 }, { "LK", "94", "0", NULL, 0 },
	{ "LR", "231", "0", NULL, 0 }, { "LS", "266", NULL, NULL, 0 },
	{ "LT", "370", "0", NULL, 0 }, { "LU", "352", NULL, NULL, 0 },
	{ "LV", "371", NULL, NULL, 0 }, { "LY", "218", "0", NULL, 0 },
	{ "MA", "212", "0", NULL, 0 }, { "MC", "377", NULL, NULL, 0 },
	{ "MD", "373", "0", NULL, 0 }, { "ME", "382", "0", NULL, 0 },
	{ "MF", "590", "0", NULL, 0 }, { "MG", "261", "0", NULL, 0 },
	{ "MH", "692", NULL, "011", 0 }, { "MK", "389", "0", NULL, 0 },
	{ "ML", "223", NULL, NULL, 0 }, { "MM", "95", "0", NULL, 0 },
	{ "MN", "976", "0", "001", 0 }, { "MO", "853", NULL, NULL, 0 },
	NANP("MP"),
	{ "MQ", "596", "0", NULL, 0 }, { "MR", "222", NULL, NULL, 0 },
	NANP("MS"),
	{ "MT", "356", NULL, NULL, 0 }, { "MU", "230", NULL, NULL, 0 },
	{ "MV", "960", NULL, NULL, 0 }, { "MW", "265", "0", NULL, 0 },
	{ "MX", "52", "01", NULL, 0 }, { "MY", "60", "0", NULL, 0 },
	{ "MZ", "258", NULL, NULL, 0 }, { "NA", "264", "0", NULL, 0 },
	{ "NC", "687", NULL, NULL, 0 }, { "NE", "227", NULL, NULL, 0 },
	{ "NF", "672", NULL, NULL, 0 }, { "NG", "234", "0", "009", 0 },
	{ "NI", "505", NULL, NULL, 0 }, { "NL", "31", "0", NULL, 0 },
	{ "NO", "47", NULL, NULL, 0 }, { "NP", "977", "0", NULL, 0 },
	{ "NR", "674", NULL, NULL, 0 }, { "NU", "683", NULL, NULL, 0 },
	{ "NZ", "64", "0", NULL, 0 }, { "OM", "968", NULL, NULL, 0 },
	{ "PA", "507", NULL, NULL, 0 }, { "PE", "51", "0", NULL, 0 },
	{ "PF", "689", NULL, NULL, 0 }, { "PG", "675", NULL, NULL, 0 },
	{ "PH", "63", "0", NULL, 0 }, { "PK", "92", "0", NULL, 0 },
	{ "PL", "48", NULL, NULL, 0 }, { "PM", "508", "0", NULL, 0 },
	NANP("PR"),
	{ "PS", "970", "0", NULL, 0 }, { "PT", "351", NULL, NULL, 0 },
	{ "PW", "680", NULL, "011", 0 }, { "PY", "595", "0", NULL, 0 },
	{ "QA", "974", NULL, NULL, 0 }, { "RE", "262", "0", NULL, 0 },
	{ "RO", "40", "0", NULL, 0 }, { "RS", "381", "0", NULL, 0 },
	{ "RU", "7", "8", "810", 10 }, { "RW", "250", "0", NULL, 0 },
	{ "SA", "966", "0", NULL, 0 }, { "SB", "677", NULL, NULL, 0 },
	{ "SC", "248", NULL, NULL, 0 }, { "SD", "249", "0", NULL, 0 },
	{ "SE", "46", "0", NULL, 0 }, { "SG", "65", NULL, "001", 0 },
	{ "SH", "290", NULL, NULL, 0 }, { "SI", "386", "0", NULL, 0 },
	{ "SJ", "47", NULL, NULL, 0 }, { "SK", "421", "0", NULL, 0 },
	{ "SL", "232", "0", NULL, 0 }, { "SM", "378", NULL, NULL, 0 },
	{ "SN", "221", NULL, NULL, 0 }, { "SO", "252", "0", NULL, 0 },
	{ "SR", "597", NULL, NULL, 0 }, { "SS", "211", "0", NULL, 0 },
	{ "ST", "239", NULL, NULL, 0 }, { "SV", "503", NULL, NULL, 0 },
	NANP("SX"),
	{ "SY", "963", "0", NULL, 0 }, { "SZ", "268", NULL, NULL, 0 },
	{ "TA", "290", NULL, NULL, 0 },
	NANP("TC"),
	{ "TD", "235", NULL, NULL, 0 }, { "TG", "228", NULL, NULL, 0 },
	{ "TH", "66", "0", "001", 0 }, { "TJ", "992", "8", "810", 9 },
	{ "TK", "690", NULL, NULL, 0 }, { "TL", "670", NULL, NULL, 0 },
	{ "TM", "993", "8", "810", 8 }, { "TN", "216", NULL, NULL, 0 },
	{ "TO", "676", NULL, NULL, 0 }, { "TR", "90", "0", NULL, 0 },
	NANP("TT"),
	{ "TV", "688", NULL, NULL, 0 }, { "TW", "886", "0", "002", 0 },
	{ "TZ", "255", "0", "000", 0 }, { "UA", "380", "0", NULL, 0 },
	{ "UG", "256", "0", "000", 0 },
	NANP("US"),
	{ "UY", "598", "0", NULL, 0 }, { "UZ", "998", "8", "810", 9 },
	{ "VA", "39", NULL, NULL, 0 },
	NANP("VC"),
	{ "VE", "58", "0", NULL, 0 },
	NANP("VG"), NANP("VI"),
	{ "VN", "84", "0", NULL, 0 }, { "VU", "678", NULL, NULL, 0 },
	{ "WF", "681", NULL, NULL, 0 }, { "WS", "685", NULL, NULL, 0 },
	{ "XK", "383", "0", NULL, 0 }, { "YE", "967", "0", NULL, 0 },
	{ "YT", "262", "0", NULL, 0 }, { "ZA", "27", "0", NULL, 0 },
	{ "ZM", "260", "0", NULL, 0 }, { "ZW", "263", "0", NULL, 0 },
};

static const struct country *
country_find(const char *name)
{
	for (size_t i = 0; i < COUNT(countries); i++)
		if (strcmp(countries[i].name, name) == 0)
			return &countries[i];
	return NULL;
}

static bool
begins(const char *digits, const char *prefix)
{
	return prefix != NULL && strncmp(digits, prefix, strlen(prefix)) == 0;
}

static bool
is_abroad_known(const char *digits)
{
	for (size_t i = 0; i < COUNT(countries); i++)
		if (begins(digits, countries[i].code))
			return true;
	return false;
}

/* Only the digits; NULL when there is what nobody dials. */
static char *
digits_of(struct arena *mem, const char *phone)
{
	char *digits = arena_strdup(mem, phone), *to = digits;

	for (phone += *phone == '+'; *phone != '\0'; phone++)
		if (strchr(DIGITS, *phone) != NULL)
			*to++ = *phone;
		else if (strchr(" -./()", *phone) == NULL)
			return NULL;
	*to = '\0';
	return digits;
}

/* What follows the prefix for other countries; NULL: it is not there. */
static const char *
international(const struct country *c, const char *phone, const char *digits)
{
	if (*phone == '+')
		return digits;
	if (begins(digits, c->abroad) && (c->length == 0 ||
	    strlen(digits) > c->length + strlen(c->trunk)))
		return digits + strlen(c->abroad);
	return begins(digits, "00") ? digits + 2 : NULL;
}

static const char *
without_trunk(const struct country *c, const char *digits)
{
	size_t n = c->trunk ? strlen(c->trunk) : 0;

	if (!begins(digits, c->trunk) ||
	    (c->length != 0 && strlen(digits) != n + c->length))
		return digits;
	return digits + n;
}

const char *
phone_canonical(struct arena *mem, const char *country, const char *phone)
{
	const struct country *c = country_find(country);
	const char *digits, *whole;

	/* More than this is no number, however it is written. */
	if (c == NULL || strlen(phone) > 40 ||
	    (digits = digits_of(mem, phone)) == NULL)
		return NULL;
	whole = international(c, phone, digits);
	if (whole == NULL)
		whole = arena_printf(mem, "%s%s", c->code,
		    without_trunk(c, digits));
	else if (!is_abroad_known(whole))
		return NULL;
	return strlen(whole) < LEAST ? NULL :
	    threepid_canonical(mem, MEDIUM_MSISDN, whole);
}
