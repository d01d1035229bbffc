"""What people say: by language, by mood. `{it}` is what the talk is about."""

from collections.abc import Mapping, Sequence

MOODS = ("happy", "neutral", "angry", "question")
Lines = Mapping[str, Mapping[str, Sequence[str]]]

# Below a post.
COMMENTS: Lines = {
    "en": {
        "happy": (
            "Love this! {it} made my day.",
            "So good. I have already told my sister about it.",
            "Been waiting for more about {it}. Thank you!",
            "This is exactly why I follow you 😊",
            "Beautiful. Keep them coming!",
            "Tried it last week and it was wonderful.",
        ),
        "neutral": (
            "Saw this at a friend's place the other day.",
            "Saving this for later.",
            "Interesting. I had always thought of {it} differently.",
            "Noted for the weekend.",
            "We did something like this last year.",
        ),
        "angry": (
            "My order came late again and nobody answers. Not happy.",
            "Honestly, this used to be much better.",
            "Third time that {it} disappoints me. I want my money back.",
            "Way too expensive for what you get 😠",
            "I wrote to you a week ago and heard nothing. Terrible service.",
        ),
        "question": (
            "Is this available on Saturdays too?",
            "How much is it, and do you ship abroad?",
            "Could you say more about {it}?",
            "Where exactly can I find this?",
            "Does it work for beginners as well?",
        ),
    },
    "de": {
        "happy": (
            "Wie schön! {it} macht mir richtig gute Laune.",
            "Großartig, danke für diesen Beitrag!",
            "Genau deshalb folge ich euch 😊",
            "Letzte Woche ausprobiert und begeistert.",
            "Einfach toll, mehr davon!",
        ),
        "neutral": (
            "Das merke ich mir für später.",
            "Habe ich neulich bei einer Freundin gesehen.",
            "Interessant, über {it} hatte ich anders gedacht.",
            "So etwas haben wir letztes Jahr auch gemacht.",
        ),
        "angry": (
            "Meine Bestellung kam schon wieder zu spät. Das ärgert mich.",
            "Früher war das viel besser. Sehr enttäuschend.",
            "Viel zu teuer für das, was man bekommt 😠",
            "Seit einer Woche keine Antwort auf meine Nachricht. Schlechter Service.",
        ),
        "question": (
            "Gibt es das auch samstags?",
            "Was kostet das, und liefert ihr auch nach Österreich?",
            "Könnt ihr mehr über {it} erzählen?",
            "Wo genau finde ich das?",
        ),
    },
    "fr": {
        "happy": (
            "J'adore ! {it} me met de bonne humeur.",
            "Magnifique, merci pour ce partage !",
            "C'est exactement pour ça que je vous suis 😊",
            "Essayé la semaine dernière, c'était parfait.",
        ),
        "neutral": (
            "Je garde ça pour plus tard.",
            "Intéressant, je voyais {it} autrement.",
            "On a fait quelque chose de semblable l'an dernier.",
        ),
        "angry": (
            "Ma commande est encore arrivée en retard. Je suis très déçue.",
            "C'était bien mieux avant. Quelle déception.",
            "Beaucoup trop cher pour ce que c'est 😠",
            "Aucune réponse à mon message depuis une semaine. Service nul.",
        ),
        "question": (
            "C'est aussi ouvert le samedi ?",
            "Combien ça coûte, et vous livrez en Belgique ?",
            "Pouvez-vous en dire plus sur {it} ?",
            "Où est-ce qu'on peut le trouver ?",
        ),
    },
    "es": {
        "happy": (
            "¡Me encanta! {it} me alegra el día.",
            "¡Qué bonito, gracias por compartirlo!",
            "Por esto os sigo 😊",
            "Lo probé la semana pasada y fue estupendo.",
        ),
        "neutral": (
            "Me lo guardo para luego.",
            "Interesante, yo veía {it} de otra manera.",
            "El año pasado hicimos algo parecido.",
        ),
        "angry": (
            "Mi pedido llegó tarde otra vez. Estoy muy molesta.",
            "Antes era mucho mejor. Qué decepción.",
            "Demasiado caro para lo que es 😠",
            "Escribí hace una semana y nadie contesta. Pésimo servicio.",
        ),
        "question": (
            "¿También abrís los sábados?",
            "¿Cuánto cuesta y hacéis envíos a Portugal?",
            "¿Podéis contar más sobre {it}?",
            "¿Dónde se puede encontrar?",
        ),
    },
}

# In a private message.
DIRECTS: Lines = {
    "en": {
        "happy": ("Hi! Just wanted to say thank you, everything arrived and it is perfect.",),
        "neutral": ("Hello, I sent you the form this morning. No hurry.",),
        "angry": (
            "I have been charged twice and I am really annoyed. Please fix this today.",
            "The parcel was damaged when it arrived. I expect a refund.",
        ),
        "question": (
            "Hi, can I change my order from yesterday?",
            "Hello, are you looking for people? I would like to apply.",
            "Hi there, do you work with creators? I make films about {it}.",
        ),
    },
    "de": {
        "happy": ("Hallo! Ich wollte nur danke sagen, alles ist gut angekommen.",),
        "neutral": ("Hallo, ich habe das Formular heute früh geschickt. Eilt nicht.",),
        "angry": ("Mir wurde zweimal abgebucht. Das ist ärgerlich, bitte heute noch klären.",),
        "question": ("Hallo, kann ich meine Bestellung von gestern noch ändern?",),
    },
    "fr": {
        "happy": ("Bonjour ! Je voulais juste dire merci, tout est bien arrivé.",),
        "neutral": ("Bonjour, j'ai envoyé le formulaire ce matin. Rien ne presse.",),
        "angry": ("J'ai été débitée deux fois, c'est inadmissible. Merci de corriger cela.",),
        "question": ("Bonjour, puis-je encore changer ma commande d'hier ?",),
    },
    "es": {
        "happy": ("¡Hola! Solo quería dar las gracias, llegó todo perfecto.",),
        "neutral": ("Hola, esta mañana envié el formulario. Sin prisa.",),
        "angry": ("Me han cobrado dos veces. Es indignante, arregladlo hoy por favor.",),
        "question": ("Hola, ¿puedo cambiar todavía mi pedido de ayer?",),
    },
}

# In public, about something or somebody. The one meant is put in as a handle or a name.
PUBLIC: Lines = {
    "en": {
        "happy": (
            "Cannot stop thinking about {it}. Best thing this week.",
            "Big thanks to {it}, you saved my Sunday!",
            "{it} just keeps getting better. Highly recommended.",
        ),
        "neutral": (
            "Reading a lot about {it} these days.",
            "On the train, and everybody talks about {it}.",
            "Trying {it} tomorrow, will report.",
        ),
        "angry": (
            "Disappointed by {it} today. What a waste of money.",
            "Why does {it} have to be so complicated? Awful.",
        ),
        "question": (
            "Does anybody know a good place for {it}?",
            "What do you all think of {it}?",
        ),
    },
    "de": {
        "happy": ("{it} ist das Beste an dieser Woche.", "Danke an {it}, Sonntag gerettet!"),
        "neutral": ("Alle reden gerade über {it}.", "Morgen probiere ich {it} aus."),
        "angry": ("Heute enttäuscht von {it}. Schade ums Geld.",),
        "question": ("Was haltet ihr von {it}?", "Wer kennt sich mit {it} aus?"),
    },
    "fr": {
        "happy": ("{it}, la meilleure chose de la semaine.", "Merci à {it}, dimanche sauvé !"),
        "neutral": ("Tout le monde parle de {it} en ce moment.",),
        "angry": ("Déçu par {it} aujourd'hui. Quel gâchis.",),
        "question": ("Que pensez-vous de {it} ?",),
    },
    "es": {
        "happy": ("{it}, lo mejor de la semana.", "Gracias a {it}, ¡domingo salvado!"),
        "neutral": ("Todo el mundo habla de {it} estos días.",),
        "angry": ("Hoy {it} me ha decepcionado. Qué lástima de dinero.",),
        "question": ("¿Qué os parece {it}?",),
    },
}

# After we answered.
THANKS: Mapping[str, Sequence[str]] = {
    "en": (
        "Thank you, that helps!",
        "Great, thanks for the quick answer.",
        "Perfect, see you!",
    ),
    "de": ("Danke, das hilft mir!", "Super, danke für die schnelle Antwort."),
    "fr": ("Merci, ça m'aide !", "Parfait, merci pour la réponse rapide."),
    "es": ("¡Gracias, me ayuda mucho!", "Genial, gracias por la rapidez."),
}
