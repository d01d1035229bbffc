"""What the demo brand says, and what people say to it."""

NAME = "Harbour Lane Coffee"
SHOP = "https://harbour-lane.example"
ABOUT = "A small roastery with two counters by the water. Invented, for practice."

TEAM = (  # name, role
    ("Mara Lindt", "manager"),
    ("Joon Park", "editor"),
    ("Ines Duarte", "community"),
    ("Sam Okoro", "analyst"),
)

CHANNELS = (  # what the handle ends in, name, followers ninety days ago and today, time zone
    ("", "Harbour Lane Coffee", 2140, 3386),
    ("-roastery", "Harbour Lane Roastery", 760, 1214),
)

FINDINGS = (  # about, text, source, days ago
    (
        "audience",
        "Two thirds of our regulars decide about coffee on the way to work, before 8:30.",
        "42 short talks at the counter",
        86,
    ),
    (
        "market",
        "Three cafés within ten minutes sell filter coffee. None of them names the farm.",
        "A walk through the neighbourhood",
        84,
    ),
    (
        "competitor",
        "Dockside Espresso posts daily, always before nine, and hardly ever answers comments.",
        "Their public posts of one month",
        79,
    ),
    (
        "trend",
        "Searches for brewing at home rise every autumn; questions about grind size lead.",
        "Public search trends, five years",
        61,
    ),
    (
        "audience",
        "People who buy beans online ask about grind size first and about price second.",
        "118 mails to the shop",
        33,
    ),
    (
        "competitor",
        "Dockside has started a subscription: 250 g every two weeks, post free.",
        "Their web shop",
        12,
    ),
)

AUDIENCES = (  # name, description, interests, languages
    (
        "Morning commuters",
        "Live or work within ten minutes. In a hurry, loyal, there before nine.",
        "breakfast, commuting, the neighbourhood",
        "en, nl",
    ),
    (
        "Home brewers",
        "Own a grinder and a scale. Want to know origin, roast day and recipe.",
        "filter coffee, recipes, gear",
        "en, de",
    ),
    (
        "Weekend visitors",
        "Come for the harbour and stay for cake. Decide by pictures.",
        "travel, cake, days out",
        "en, de, fr",
    ),
)

# Goals: name, kpi, what share of the real result the target is, days from start to deadline
GOALS = (
    ("Sell half of our beans online", "conversions", 1.75, (-90, 30)),
    ("Bring home brewers to the shop", "clicks", 1.12, (-90, 45)),
    ("Be the harbour's coffee", "likes", 1.55, (-90, 21)),
)

CAMPAIGNS = (  # name, idea, goal number, audience number, metric, budget, first and last day
    (
        "Slow Mornings",
        "Breakfast by the water, before the day gets loud. One table, one light, one cup.",
        2,
        0,
        "likes",
        150,
        (-88, -46),
    ),
    (
        "Filter Fridays",
        "One farm, one recipe, every Friday. Tell where it grew and how to brew it at home.",
        1,
        1,
        "clicks",
        240,
        (-60, 40),
    ),
    (
        "Beans by Post",
        "Roasted on Tuesday, at your door on Thursday. First bag a quarter off.",
        0,
        1,
        "conversions",
        600,
        (-35, 30),
    ),
)

LESSONS = (  # campaign number, key, said by, text, days ago
    (
        0,
        "format",
        "measurement",
        "With the window table in the picture, liked half as often again. No randomised test.",
        45,
    ),
    (
        0,
        "hour",
        "measurement",
        "Before half past eight brings more likes per view than noon: 5.1 % against 3.9 %.",
        44,
    ),
    (
        1,
        "question",
        "community",
        "Most asked under Filter Friday posts: grind size. Put it into the first line.",
        20,
    ),
    (
        2,
        "price",
        "ads",
        "Promoting the recipe cost 0.31 EUR a visit, promoting the discount 0.58 EUR.",
        6,
    ),
)

FARMS = (  # origin, farm, what it tastes of, recipe
    ("Ethiopia", "Idido", "jasmine and apricot", "15 g to 250 g, 93 °C, three pours"),
    ("Colombia", "El Mirador", "red apple and panela", "16 g to 250 g, 94 °C, four pours"),
    ("Kenya", "Gatomboya", "blackcurrant and lime", "15 g to 260 g, 92 °C, two pours"),
    ("Guatemala", "La Esperanza", "plum and cocoa", "16 g to 260 g, 94 °C, three pours"),
    ("Rwanda", "Kanzu", "orange and black tea", "15 g to 250 g, 92 °C, three pours"),
    ("Honduras", "Las Flores", "fig and hazelnut", "17 g to 260 g, 94 °C, two pours"),
    ("Burundi", "Heza", "cherry and sugar cane", "15 g to 250 g, 93 °C, four pours"),
    ("Peru", "Santa Rosa", "cocoa and mandarin", "16 g to 250 g, 93 °C, three pours"),
    ("Brazil", "Sertãozinho", "peanut and milk chocolate", "17 g to 250 g, 94 °C, two pours"),
    ("Costa Rica", "Las Lajas", "honey and peach", "15 g to 240 g, 92 °C, three pours"),
    ("Sumatra", "Gayo", "cedar and dark sugar", "16 g to 240 g, 95 °C, two pours"),
    ("Panama", "Elida", "bergamot and mango", "15 g to 250 g, 91 °C, four pours"),
    ("Mexico", "Finca Chelín", "almond and ripe banana", "16 g to 250 g, 93 °C, three pours"),
)
FILTER = (
    "Filter Friday: {origin}, {farm}. It tastes of {taste}. At home: {recipe}. Grind like "
    "coarse sand. #filtercoffee"
)
MORNINGS = (
    "The window table is free. It will not be at nine.",
    "First light, first cup. The harbour is still quiet.",
    "Rye bread out of the oven, butter just soft. That is the whole menu until ten.",
    "Somebody left an umbrella and a very good book. Both are at the counter.",
    "Fog outside, cardamom buns inside. Open since half past six.",
    "The 7:10 ferry is late. Your flat white is not.",
    "Ten minutes with a cup by the window: the cheapest holiday we know.",
    "We warm the cups on the machine. You can feel it on the first sip.",
    "Sun on table four. If you are quick, it is yours.",
    "The gulls are at it again. Breakfast is safer inside.",
    "Porridge with baked plums, only while the plums last.",
    "Monday. We put a bit more into the cup today.",
    "Rain until noon, says the radio. The big table is by the stove.",
    "New apron, old recipe: cinnamon rolls at eight.",
    "What do you read with your first cup? We start: the tide table.",
    "Two seats, one newspaper, no hurry.",
)
MORNING_ENDS = ("", "Coffee is on.", "The door is open.", "We are here until six.")
SHOPTALK = (
    "Roasted this morning, packed by four, posted by five. Beans at your door on Thursday.",
    "Your first bag is a quarter cheaper until Sunday. Whole bean or ground for your brewer.",
    "Forgot to order? A 250 g bag lasts sixteen cups. Count back from Thursday.",
    "Which grind for which brewer? We put the answer on one page, with pictures.",
    "Paper bag, paper tape, no plastic window. The label says the roast day, always.",
    "Swap your subscription any week: other farm, other grind, or a pause. One click.",
    "Decaf drinkers, we have not forgotten you: washed in spring water, roasted on Tuesdays.",
    "We wrote down how we taste a new coffee. Twelve cups, one spoon, no talking.",
    "A grinder for under a hundred that we would buy again: our notes after a year of use.",
    "Last post before the weekend leaves at four. The bags are still warm.",
)
SHOP_ENDS = ("", "All farms on one page.", "The roast calendar is in the shop.")
HOUSE = (
    "Ines made a latte heart on purpose. Thirty tries, one heart. We are proud anyway.",
    "Who guesses how many cups we served on Saturday? The closest gets a bag of Kanzu.",
    "We are looking for a second baker. Early hours, loud music, good bread.",
    "The stove is swept, the big window is clean, the cake is carrot. Come in.",
    "Thank you for 3,000 people who read this before their coffee.",
    "A little boy paid with a shell today. We gave change in raisins.",
    "Live music on Thursday: Nils and his very small accordion, seven in the evening.",
    "Question for you: oat or cow? We count, then order milk.",
    "We tried a coffee with orange peel. Opinions at the counter, please, honest ones.",
    "Closed on Monday for the roaster's birthday. She is nine, made of iron, and needs oil.",
    "Our cups come from a potter four streets away. Chips and all.",
    "How do you take your coffee when nobody watches?",
)
AHEAD = (
    "Tomorrow at seven: the first Burundi of the season on filter.",
    "The window table opens for reservations on weekends. Two hours, two cups, no rush.",
    "We brew for the harbour swim on Sunday. Come and warm your hands.",
    "Beans by Post now goes to Belgium too. Same roast day, one day longer on the road.",
    "Carrot cake or apple cake? You decide what we bake on Saturday.",
    "A small class: pour over for beginners, six people, one evening.",
    "What we learned from a year of Filter Fridays, in five short lines.",
    "Open late on Thursday. The accordion is back.",
)
TO_REVIEW = (
    "Half price on all cups after four. Only this week, only with a smile.",
    "We asked our roaster what she thinks of instant coffee. She left the room.",
    "A subscription makes a good present: three bags, three farms, one card written by hand.",
    "Filter Friday comes early this month: {origin} on Thursday, because Friday is a holiday.",
)
DRAFTS = (
    "Idea: a map of where our farms are, one pin a week",
    "Behind the counter: what does a Tuesday look like, hour by hour?",
    "Answer the grind size question once and for all. Draft with pictures from Ines.",
    "Interview with the ferry captain about the worst coffee he ever had",
    "Cold brew, but for winter?",
)
LONG = (
    "We have been asked so often how our beans travel that we wrote it down. They grow at "
    "1,900 metres, are picked by hand over eleven weeks, washed, dried on tables for "
    "fifteen days, sorted twice, shipped for thirty-four days, rest with us for two "
    "weeks, and are roasted on a Tuesday. On Wednesday we taste every batch, on Thursday "
    "they are at your door. If something is not as it should be, write to us and we send "
    "another bag. No form, no questions, only coffee, and a card with the name of the "
    "person who roasted it for you this week."
)

PEOPLE = (  # handle, name
    ("lotte.v", "Lotte Visser"),
    ("dani_brews", "Dani Keller"),
    ("harbourmike", "Mike Adeyemi"),
    ("sofie.b", "Sofie Bakker"),
    ("pourover.pat", "Pat Lindqvist"),
    ("emre", "Emre Aydin"),
    ("clara.m", "Clara Moreau"),
    ("tom.rows", "Tom Hughes"),
    ("nadia.k", "Nadia Kowalska"),
    ("juan.p", "Juan Prieto"),
    ("greta.w", "Greta Winter"),
    ("otto", "Otto Brandt"),
)

# kind, what they say, what we say back (None: still to answer), whose it is (team number)
TALK = (
    ("comment", "What grind for an Aeropress?", None, 2),
    ("direct", "Hello, my bag from Thursday was open when it came. What can I do?", None, 2),
    ("mention", "Is the window table really bookable now? @harbour", None, None),
    ("comment", "Do you post to Austria too?", None, None),
    ("direct", "Can I pause my subscription over the holidays?", None, 2),
    ("mention", "Waited 20 minutes for two flat whites today. What happened?", None, None),
    ("comment", "Ist das Rezept auch für die Chemex?", None, None),
    ("comment", "Is the porridge vegan?", "It is, with oat milk and no butter on top.", 2),
    ("comment", "Best buns in town", "Thank you. The secret is too much cardamom.", 2),
    ("mention", "Found my new favourite place by the harbour", "See you tomorrow then.", 2),
    ("direct", "Which decaf do you have?", "A washed Colombian, roasted on Tuesdays.", 2),
    ("comment", "How long do the beans keep?", "Best within six weeks after the roast day.", 2),
    ("comment", "Too sour for me, sorry", "Try it a little finer, at 94 °C. Tell us?", 2),
    ("comment", "C'est ouvert le dimanche ?", "Oui, de huit à dix-sept heures.", 2),
    ("direct", "Do you take interns?", "We do, from spring on. Write to jobs@.", 1),
    ("mention", "That accordion evening was lovely", "He says he blushed.", 2),
    ("comment", "Price of the 1 kg bag?", "It is 34 EUR, post included.", 2),
    ("comment", "Haferdrink oder Kuh? Hafer!", "Notiert. Hafer führt.", 2),
    ("comment", "Are dogs welcome?", "Yes, there is a bowl by the stove.", 2),
    ("direct", "My card was charged twice", "Found it, the second one is on its way back.", 2),
    ("comment", "Love the paper bags", "They go with the paper bin, too.", 2),
)

MENTIONS = (  # language, text
    ("en", "Anyone tried the filter at Harbour Lane? Worth the walk?"),
    ("en", "Harbour Lane coffee beans arrived one day early. Smells like a bakery in here."),
    ("de", "Der Kaffee von Harbour Lane ist wirklich gut, nur die Schlange nicht."),
    ("en", "The queue at Harbour Lane this morning was out of the door. Still worth it."),
    ("fr", "Petit café chez Harbour Lane avant le ferry. Parfait."),
    ("en", "Dockside or Harbour Lane for a first date? Asking for me."),
    ("es", "Los granos de Harbour Lane son una maravilla con la prensa francesa."),
    ("en", "Harbour Lane raised the price of the flat white again."),
    ("en", "Reading at the window table of Harbour Lane. Do not disturb."),
    ("de", "Wer hat das Rezept vom Filter Friday von Harbour Lane gespeichert?"),
    ("en", "Harbour Lane names the farm on the bag. More of that, please."),
    ("en", "My subscription from Harbour Lane came with a handwritten card. I am not crying."),
)

PICTURES = (  # file in art/, what it is called, what a screen reader says
    (
        "cup",
        "window-table.png",
        "A cup of coffee on a table by a window, the morning sun behind it",
    ),
    ("harbour", "harbour.png", "The harbour at dawn, two sails and a low sun over calm water"),
    ("bag", "bag.png", "A paper bag of coffee beans with a plain label, three beans beside it"),
    ("pour", "pour.png", "Coffee dripping from a paper filter into a glass jug"),
)
